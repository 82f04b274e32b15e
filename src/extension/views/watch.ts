import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { experimentGlob, runsFolder } from '../../shared/ids';
import { gathered, type Noticed } from './gathered';
import { isOfWork, runOf } from './runPaths';

/**
 * Watches the workspace for experiments and for what runs leave, whoever writes them.
 *
 * @param holds whether a path is that of a folder with experiments or runs that are known
 */
export function watch(noticed: Noticed, holds: (path: string) => boolean): vscode.Disposable {
  const soon = gathered(noticed);
  const changed =
    (isOnlyWritten: boolean) =>
    ({ fsPath }: vscode.Uri): void => {
      const folder = runOf(fsPath);
      if (folder !== undefined && !isOfWork(folder, fsPath, isOnlyWritten)) soon.run(folder);
    };
  const left = (gone: readonly vscode.Uri[]): void => {
    if (gone.some(({ fsPath }) => holds(fsPath))) soon.everything();
  };
  const home = dirname(runsFolder);
  const experiments = vscode.workspace.createFileSystemWatcher(experimentGlob, false, true, false);
  const inside = vscode.workspace.createFileSystemWatcher(`**/${home}/**`);
  // A folder that is deleted is told of, what was in it is not.
  const homes = vscode.workspace.createFileSystemWatcher(`**/{${home},${runsFolder}}`, true, true, false);
  return vscode.Disposable.from(
    ...[experiments, inside, homes, soon],
    experiments.onDidCreate(soon.experiments),
    experiments.onDidDelete(soon.experiments),
    inside.onDidCreate(changed(false)),
    inside.onDidChange(changed(true)),
    inside.onDidDelete(changed(false)),
    homes.onDidDelete(soon.everything),
    vscode.workspace.onDidChangeWorkspaceFolders(soon.everything),
    vscode.workspace.onDidDeleteFiles(({ files }) => left(files)),
    vscode.workspace.onDidRenameFiles(({ files }) => left(files.map(({ oldUri }) => oldUri))),
  );
}
