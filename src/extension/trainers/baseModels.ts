import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { TrainerConfig } from '../../configs/trainers/description';
import { readBaseModel, type BaseModel } from '../../files/baseModel';
import { findBaseModel, type FoundBaseModel } from '../../files/findBaseModel';
import { toLabError, type LabError } from '../../shared/errors';
import { FolderCache } from '../editor/modelFacts';
import { modelFolders } from '../settings';

/** A config's base model, as far as this machine has it. */
export type FoundBase =
  | { readonly kind: 'found'; readonly model: BaseModel }
  | { readonly kind: 'missing'; readonly name: string; readonly places: readonly string[] }
  | { readonly kind: 'unreadable'; readonly name: string; readonly error: LabError }
  /** The config names none. */
  | { readonly kind: 'unnamed' };

type ReadFolder = { readonly model: BaseModel } | { readonly error: LabError };

const freshMs = 2000;

/** Finds the base models that configs name, and reads their headers once. */
export class BaseModels {
  private readonly found = new Map<
    string,
    { readonly at: number; readonly found: Promise<FoundBaseModel> }
  >();
  private readonly folders = new FolderCache<ReadFolder>((folder) =>
    readBaseModel(folder).then(
      (model) => ({ model }),
      (thrown: unknown) => ({ error: toLabError(thrown) }),
    ),
  );

  /** Never rejects. */
  async of({ uri }: Pick<vscode.TextDocument, 'uri'>, { settings }: TrainerConfig): Promise<FoundBase> {
    const name = settings.baseModel;
    if (name === undefined) return { kind: 'unnamed' };
    const { folder, places } = await this.find(uri, name);
    if (folder === undefined) return { kind: 'missing', name, places };
    const read = await this.folders.facts(folder);
    return 'model' in read
      ? { kind: 'found', model: read.model }
      : { kind: 'unreadable', name, error: read.error };
  }

  /** Asked for at every keystroke by several features; the disk is looked at no more often than this. */
  private async find(uri: vscode.Uri, name: string): Promise<FoundBaseModel> {
    const folder = dirname(uri.fsPath);
    const folders = modelFolders();
    const key = JSON.stringify([name, folder, folders]);
    const before = this.found.get(key);
    if (before && Date.now() - before.at < freshMs) return before.found;
    const workspaceFolders = (vscode.workspace.workspaceFolders ?? []).map((one) => one.uri.fsPath);
    const found = findBaseModel({ name, folder, workspaceFolders, modelFolders: folders });
    this.found.set(key, { at: Date.now(), found });
    return found;
  }
}
