import { dirname, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { readModelFolder } from '../../files/modelFolder';
import { requireComputable } from '../../files/quantized';
import { LabError } from '../../shared/errors';
import { modelEdits } from '../editor/modelEdit';
import { parsed } from '../editor/parsed';
import type { Remedy } from '../presenter';
import type { Parts } from './parts';

type Needed = Pick<Parts, 'dialogs' | 'presenter'>;

/** The button that lets the user pick another folder for an experiment's model. */
const pickModelRemedy = (parts: Needed, uri: vscode.Uri): Remedy => ({
  title: 'Pick Folder…',
  run: () => pickModel(parts, uri),
});

/**
 * Lets the user pick the folder of a model that can be computed, and writes it behind `model:` as one edit of the open
 * document: Undo takes it back, and saving is the user's, or the next command's. What goes wrong is shown, with the same
 * button again.
 */
export async function pickModel(parts: Needed, uri: vscode.Uri): Promise<void> {
  try {
    const document = await vscode.workspace.openTextDocument(uri);
    const model = parsed(document).experiment?.model;
    const folder = await parts.dialogs.folder({
      title: 'The folder of the unquantized model',
      openLabel: 'Use as Model',
      // The parent most likely lies beside its quantized copy.
      ...(model === undefined ? {} : { defaultUri: vscode.Uri.file(dirname(model)) }),
    });
    if (!folder) return;
    requireComputable(await readModelFolder(folder.fsPath));
    await writeModel(document, folder.fsPath);
  } catch (thrown) {
    parts.presenter.error(thrown, pickModelRemedy(parts, uri));
  }
}

async function writeModel(document: vscode.TextDocument, folder: string): Promise<void> {
  const path = relative(dirname(document.uri.fsPath), folder).split(sep).join('/') || '.';
  const edits = modelEdits(document.getText(), path).map(({ start, end, text }) =>
    vscode.TextEdit.replace(new vscode.Range(document.positionAt(start), document.positionAt(end)), text),
  );
  const edit = new vscode.WorkspaceEdit();
  edit.set(document.uri, edits);
  if (!(await vscode.workspace.applyEdit(edit))) {
    throw new LabError(
      'experiment-invalid',
      `The model could not be written into ${document.uri.fsPath}.`,
      'Check that the file may be written.',
    );
  }
  const place = edits[0]?.range.start ?? new vscode.Position(0, 0);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(place, place) });
}
