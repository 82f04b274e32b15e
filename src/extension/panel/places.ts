import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import * as vscode from 'vscode';

/** An experiment as a page names it: relative to the workspace, so that a saved page survives a moved folder. */
export const pathOfExperiment = (uri: vscode.Uri): string => vscode.workspace.asRelativePath(uri);

/** The experiment that a page named, where it is still there. */
export async function experimentAt(path: string): Promise<vscode.Uri | undefined> {
  for (const uri of placesOf(path)) {
    const found = await stat(uri.fsPath).catch(() => undefined);
    if (found?.isFile()) return uri;
  }
  return undefined;
}

/** Where a path may lie that a page named: in one folder of the workspace or the other. */
export function placesOf(path: string): vscode.Uri[] {
  if (isAbsolute(path)) return [vscode.Uri.file(path)];
  return (vscode.workspace.workspaceFolders ?? []).flatMap((folder) => {
    // In a workspace of several folders the path begins with the folder's name.
    const inside = path.startsWith(`${folder.name}/`) ? [path.slice(folder.name.length + 1)] : [];
    return [path, ...inside].map((part) => vscode.Uri.joinPath(folder.uri, part));
  });
}
