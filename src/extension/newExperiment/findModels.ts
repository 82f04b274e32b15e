import { basename, dirname, isAbsolute, resolve } from 'node:path';
import * as vscode from 'vscode';
import { fromHome, hubModels } from '../../files/hubCache';
import { modelFolders } from '../settings';
import { lookAtModel, type FoundModel, type RefusedModel } from './foundModel';

/** Where a model was found: in the workspace, by the setting, in the hub's cache. */
export type ModelPlace = 'workspace' | 'setting' | 'hub';

export type Placed<T> = T & { readonly place: ModelPlace };

/** What packages, git, Python's environments and our own runs hold is not looked through. */
export const skippedFolders = '**/{node_modules,.git,.adapter-lab,.venv,venv,site-packages,__pycache__}/**';
const mostFolders = 300;

/** Every model of the workspace, of the setting `adapterLab.modelFolders` and of the hub's cache, each folder once. */
export async function findModels(): Promise<Placed<FoundModel | RefusedModel>[]> {
  const configs = await vscode.workspace.findFiles('**/config.json', skippedFolders, mostFolders);
  const places: { folder: string; name: string; place: ModelPlace }[] = [
    ...configs
      .map(({ fsPath }) => dirname(fsPath))
      .sort()
      .map((folder) => ({ folder, name: nameOf(folder), place: 'workspace' as const })),
    ...Object.entries(modelFolders()).flatMap(([name, set]) =>
      setFolders(set).map((folder) => ({ folder, name, place: 'setting' as const })),
    ),
    ...(await hubModels()).map((model) => ({ ...model, place: 'hub' as const })),
  ];
  const once = places.filter(
    ({ folder }, index) => places.findIndex((one) => one.folder === folder) === index,
  );
  const looked = await Promise.all(
    once.map(async ({ folder, name, place }) => {
      const found = await lookAtModel(folder, name);
      return found && { ...found, place };
    }),
  );
  return looked.filter((one) => one !== undefined);
}

/** A folder's path in the workspace; the name of one that is the workspace itself. */
export function nameOf(folder: string): string {
  const path = vscode.workspace.asRelativePath(folder);
  return path === folder || path === '' ? basename(folder) : path;
}

function setFolders(set: string): string[] {
  const folder = fromHome(set, process.env);
  if (isAbsolute(folder)) return [folder];
  return (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => resolve(uri.fsPath, folder));
}
