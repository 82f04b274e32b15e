import { dirname, sep } from 'node:path';
import * as vscode from 'vscode';
import { contexts, packageFolders } from '../shared/ids';

const glob = '**/adapter_config.json';
/** Folders that are looked for; a workspace with more has the menu on their files alone. */
const most = 1000;
/** A window that has just been opened has more to do; and a training that saves writes several files. In milliseconds. */
const pause = 500;

/**
 * Tells VS Code which folders hold an adapter, so that the explorer offers its map on them: menus know a folder's name and not
 * what is in it. The workspace is searched once; then what comes and goes is heard of.
 */
export class AdapterFolders implements vscode.Disposable {
  private readonly folders = new Set<string>();
  private readonly subscriptions: readonly vscode.Disposable[];
  private search: NodeJS.Timeout | undefined;
  private told: NodeJS.Timeout | undefined;

  constructor() {
    const watcher = vscode.workspace.createFileSystemWatcher(glob, false, true, false);
    this.subscriptions = [
      watcher,
      watcher.onDidCreate(({ fsPath }) => this.add(dirname(fsPath))),
      watcher.onDidDelete(({ fsPath }) => this.lose(dirname(fsPath))),
      vscode.workspace.onDidRenameFiles(({ files }) => {
        // Of what is in a folder nothing is heard where that gets another name.
        if (files.some(({ oldUri }) => this.holds(oldUri.fsPath))) this.lookSoon();
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.lookSoon()),
    ];
    this.lookSoon();
  }

  dispose(): void {
    clearTimeout(this.search);
    clearTimeout(this.told);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private holds(path: string): boolean {
    return [...this.folders].some((folder) => folder === path || folder.startsWith(path + sep));
  }

  private add(folder: string): void {
    if (this.folders.has(folder) || this.folders.size >= most) return;
    this.folders.add(folder);
    this.tellSoon();
  }

  private lose(folder: string): void {
    if (this.folders.delete(folder)) this.tellSoon();
  }

  private tellSoon(): void {
    clearTimeout(this.told);
    this.told = setTimeout(
      () => void vscode.commands.executeCommand('setContext', contexts.adapterFolders, [...this.folders]),
      pause,
    );
  }

  private lookSoon(): void {
    clearTimeout(this.search);
    this.search = setTimeout(() => void this.look(), pause);
  }

  private async look(): Promise<void> {
    const found = await vscode.workspace.findFiles(glob, packageFolders, most);
    const before = new Set(this.folders);
    this.folders.clear();
    for (const { fsPath } of found) this.folders.add(dirname(fsPath));
    const isSame = before.size === this.folders.size && [...before].every((one) => this.folders.has(one));
    if (!isSame) this.tellSoon();
  }
}
