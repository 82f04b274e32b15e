import { stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import * as vscode from 'vscode';
import { editors, runsFolder } from '../../shared/ids';

/** Of PEFT's folders; `peft/folder.ts` names it too, with more behind it than the host's bundle should hold. */
const configName = 'adapter_config.json';

/**
 * Opens a plan file, an adapter's configuration or an adapter's folder in the editor that shows it as a map.
 *
 * @param given what the command was called on, or what is before the user's eyes
 * @returns the file; undefined where it is none of these, so that the map of an experiment is meant
 */
export async function showMapOfFile(given: unknown): Promise<vscode.Uri | undefined> {
  const uri = given ?? vscode.window.activeTextEditor?.document.uri;
  if (!(uri instanceof vscode.Uri) || uri.scheme !== 'file') return undefined;
  const found = await fileOf(uri);
  if (found) await vscode.commands.executeCommand('vscode.openWith', found.file, editors[found.kind]);
  return found?.file;
}

async function fileOf(
  uri: vscode.Uri,
): Promise<{ readonly file: vscode.Uri; readonly kind: keyof typeof editors } | undefined> {
  const { fsPath } = uri;
  if (basename(fsPath) === configName) return { file: uri, kind: 'adapterConfig' };
  if (isPlanFile(fsPath)) return { file: uri, kind: 'planFile' };
  const inside = join(fsPath, configName);
  const found = await stat(inside).catch(() => undefined);
  return found?.isFile() ? { file: vscode.Uri.file(inside), kind: 'adapterConfig' } : undefined;
}

/** `plan.json` in the folder of a run. */
const isPlanFile = (path: string): boolean =>
  basename(path) === 'plan.json' && path.split(sep).join('/').includes(`/${runsFolder}/`);
