import * as vscode from 'vscode';
import type { TextEdit } from '../../configs/text/textEdit';
import type { TextRange } from '../../configs/text/yamlText';
import { LabError } from '../../shared/errors';

/** A range of offsets in a document. */
export const rangeIn = (document: vscode.TextDocument, { start, end }: TextRange): vscode.Range =>
  new vscode.Range(document.positionAt(start), document.positionAt(end));

/** Edits of a document's text as one change, which one Undo takes back. */
export function workspaceEdit(
  document: vscode.TextDocument,
  edits: readonly TextEdit[],
): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  edit.set(
    document.uri,
    edits.map(({ text, ...range }) => vscode.TextEdit.replace(rangeIn(document, range), text)),
  );
  return edit;
}

/**
 * Makes edits in an open document, and saves it where it was saved before: what else the user changed is not ours to save.
 *
 * @throws LabError `not-writable`
 */
export async function applyTo(document: vscode.TextDocument, edits: readonly TextEdit[]): Promise<void> {
  const wasSaved = !document.isDirty;
  // VS Code calls an edit of nothing a failure.
  const applied = edits.length === 0 || (await vscode.workspace.applyEdit(workspaceEdit(document, edits)));
  if (applied && (!wasSaved || !document.isDirty || (await document.save()))) return;
  throw new LabError(
    'not-writable',
    `${document.uri.fsPath} could not be changed.`,
    'Check that the file may be written.',
  );
}
