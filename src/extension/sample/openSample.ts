import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { startRepository } from '../../files/startRepository';
import { toLabError } from '../../shared/errors';
import { doneContext, walkthroughs } from '../../shared/ids';
import type { Parts } from '../commands/parts';
import { gitApi } from '../git/gitExtension';
import { requireTrust } from '../trust';
import { openedSample, rememberSample } from './opened';
import { copySample, freeFolder, isSample, sampleExperiment } from './sampleFolder';

interface PlaceItem extends vscode.QuickPickItem {
  /** The copy's folder; absent where one is picked. */
  readonly folder?: string;
  readonly isThere?: boolean;
}

/**
 * Copies the sample workspace to where the user wants it, and opens it. A copy that is there is opened as the user left it.
 *
 * @param given `walkthrough` where that asks for it: it comes along into the window
 * @returns the folder; undefined where the user gives up
 * @throws LabError restricted-mode, not-writable, disk-full
 */
export async function openSample(parts: Parts, given?: unknown): Promise<vscode.Uri | undefined> {
  requireTrust();
  const { dialogs, home, presenter } = parts;
  const picked = await dialogs.pick(placesIn(home.globalStorageUri.fsPath), {
    title: 'Open Sample',
    placeHolder: 'A small model, data and experiments: where shall the copy lie?',
  });
  if (!picked) return undefined;
  const folder = picked.folder ?? (await pickedFolder(parts));
  if (folder === undefined) return undefined;
  if (picked.isThere !== true && !(await isSample(folder))) {
    await copySample(vscode.Uri.joinPath(home.extensionUri, 'media', 'sample').fsPath, folder);
    // Commit Plan needs a repository; all else goes without.
    const git = await gitApi().then(
      (api) => api.git.path,
      () => 'git',
    );
    await startRepository(folder, 'Start from the sample of Adapter Lab', git).catch((thrown: unknown) =>
      presenter.note(`The sample is no git repository: ${toLabError(thrown).message}`),
    );
  }
  const uri = vscode.Uri.file(folder);
  await rememberSample(home.globalState, { folder, walkthrough: given === 'walkthrough' });
  // This window may be gone before the command returns.
  await vscode.commands.executeCommand('setContext', doneContext('adapterLab.openSample'), true);
  await dialogs.open(uri);
  return uri;
}

async function placesIn(storage: string): Promise<PlaceItem[]> {
  const folder = join(storage, 'adapter-lab-sample');
  const own: PlaceItem = (await isSample(folder))
    ? { label: '$(history) Open My Copy', detail: folder, folder, isThere: true }
    : { label: "$(package) In the Extension's Storage", detail: folder, folder };
  return [own, { label: '$(folder-opened) Pick a Folder…', detail: 'The copy becomes a new folder in it' }];
}

async function pickedFolder({ dialogs }: Parts): Promise<string | undefined> {
  const options = { title: 'Where the copy of the sample shall lie', openLabel: 'Copy Here' };
  const uri = await dialogs.folder(options);
  if (!uri) return undefined;
  // Who picks a copy itself, or the folder that holds one, wants a copy beside it.
  return freeFolder((await isSample(uri.fsPath)) ? dirname(uri.fsPath) : uri.fsPath);
}

/** In the window that a sample was opened in: shows its experiment, and the walkthrough beside it where that asked. */
export async function showSample({ home: { globalState } }: Pick<Parts, 'home'>): Promise<void> {
  const opened = openedSample(globalState);
  const folders = vscode.workspace.workspaceFolders ?? [];
  const mine = folders.find(({ uri }) => uri.fsPath === opened?.folder);
  if (!opened || !mine) return;
  await rememberSample(globalState, undefined);
  const experiment = vscode.Uri.joinPath(mine.uri, sampleExperiment);
  await vscode.window.showTextDocument(experiment, { preview: false });
  if (!opened.walkthrough) return;
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', walkthroughs.getStarted, true);
  // Without the focus the editor may wait with its lenses; and what the steps run is about this text.
  await vscode.window.showTextDocument(experiment, { preview: false, viewColumn: vscode.ViewColumn.One });
}
