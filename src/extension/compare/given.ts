import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { isFile } from '../../files/isFile';
import { configName } from '../../peft/folder';
import { targetOf } from '../commands/target';
import { isExperiment } from '../trainers/recognize';
import { nodeGiven } from '../views/nodes';
import { sideKey, type SideKey } from './keys';

/** What a command was called on as a side: a row of the side bar, a page, a file or a folder; undefined for anything else. */
export async function sideGiven(given: unknown): Promise<SideKey | undefined> {
  const node = nodeGiven(given);
  if (node?.kind === 'part' && node.part.kind === 'adapter') return sideKey('adapter', node.path);
  const { file, run } = targetOf(given);
  if (run !== undefined) return sideKey('run', run);
  return file instanceof vscode.Uri && file.scheme === 'file' ? sideOfFile(file) : undefined;
}

/** What is before the user's eyes as a side. @param shown the run of a page that has the focus */
export async function sideSeen(shown: SideKey | undefined): Promise<SideKey | undefined> {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const isFileTab = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom;
  return isFileTab ? sideOfFile(input.uri) : shown;
}

async function sideOfFile(uri: vscode.Uri): Promise<SideKey | undefined> {
  const { fsPath } = uri;
  if (isExperiment(uri)) return sideKey('experiment', fsPath);
  if (basename(fsPath) === configName) return sideKey('adapter', dirname(fsPath));
  if (basename(fsPath) === 'plan.json') return sideKey('plan', fsPath);
  const isFolder = (await stat(fsPath).catch(() => undefined))?.isDirectory() === true;
  return isFolder && (await isFile(join(fsPath, configName))) ? sideKey('adapter', fsPath) : undefined;
}
