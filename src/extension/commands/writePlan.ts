import * as vscode from 'vscode';
import { planEdits } from '../../configs/experiment/editPlan';
import type { TextEdit } from '../../configs/text/textEdit';
import { LabError } from '../../shared/errors';
import type { Plan } from '../../shared/words';

/**
 * Writes a plan into an open experiment as one edit, so that one Undo takes it back, and saves. What the user wrote
 * around it, comments included, stays as it is.
 *
 * @throws LabError `experiment-syntax`, `experiment-invalid`
 */
export const writePlan = (document: vscode.TextDocument, plan: Plan): Promise<void> =>
  writeEdits(document, planEdits(document.getText(), plan));

/**
 * Makes edits of the plan in an open experiment as one, and saves.
 *
 * @throws LabError `experiment-invalid`
 */
export async function writeEdits(document: vscode.TextDocument, edits: readonly TextEdit[]): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.set(
    document.uri,
    edits.map(({ start, end, text }) =>
      vscode.TextEdit.replace(new vscode.Range(document.positionAt(start), document.positionAt(end)), text),
    ),
  );
  // VS Code calls an edit of nothing a failure; the plan that is there already is none.
  const applied = edits.length === 0 || (await vscode.workspace.applyEdit(edit));
  // A save during which the user typed counts as none.
  if (applied && (!document.isDirty || (await document.save()) || (await document.save()))) return;
  throw new LabError(
    'experiment-invalid',
    `The plan could not be written into ${document.uri.fsPath}.`,
    'Check that the file may be written, then try again.',
  );
}
