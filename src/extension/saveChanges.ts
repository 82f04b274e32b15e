import * as vscode from 'vscode';
import { LabError } from '../shared/errors';

/**
 * Saves a document where it has changes that are not saved.
 *
 * @throws LabError `not-writable` where it cannot be saved
 */
export async function saveChanges(document: vscode.TextDocument): Promise<void> {
  if (!document.isDirty || (await document.save())) return;
  const name = vscode.workspace.asRelativePath(document.uri);
  throw new LabError('not-writable', `${name} could not be saved.`, 'Save it by hand.');
}
