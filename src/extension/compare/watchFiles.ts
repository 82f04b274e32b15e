import { sep } from 'node:path';
import * as vscode from 'vscode';
import { runFiles } from '../../files/runs';
import { configName, expertsName } from '../../peft/folder';
import { experimentEnding } from '../../shared/ids';
import type { SideKey } from './keys';

/** Whether a file that changed, or a folder that is gone, is a part of what a side is read from. */
export function isOf({ path }: Pick<SideKey, 'path'>, changed: string): boolean {
  // What a run, and its control, is counted by stands in its experiment.
  if (changed.endsWith(experimentEnding)) return true;
  return changed === path || changed.startsWith(path + sep) || path.startsWith(changed + sep);
}

/**
 * Tells of each file that plans, runs and adapters are read from, when it changes on the disk or in an editor, and of all that comes
 * and goes: a folder that does says nothing of what is in it.
 */
export function watchFiles(changed: (path: string) => void): vscode.Disposable {
  const names = [runFiles.events, configName, expertsName, '*plan*.json', `*${experimentEnding}`];
  const files = vscode.workspace.createFileSystemWatcher(`**/{${names.join(',')}}`);
  const all = vscode.workspace.createFileSystemWatcher('**', false, true, false);
  const tell = ({ fsPath }: vscode.Uri): void => changed(fsPath);
  return vscode.Disposable.from(
    ...[files, all, files.onDidChange(tell), all.onDidCreate(tell), all.onDidDelete(tell)],
    vscode.workspace.onDidChangeTextDocument(({ document: { uri } }) => {
      if (uri.scheme === 'file') tell(uri);
    }),
  );
}
