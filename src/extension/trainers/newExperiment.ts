import { basename } from 'node:path';
import * as vscode from 'vscode';
import { readBaseModel, type BaseModel } from '../../files/baseModel';
import { LabError } from '../../shared/errors';
import { requireTrust } from '../trust';
import type { LinkedExperiments } from './linkedExperiments';
import type { Looks, Seen } from './look';
import type { TrainerParts } from './parts';
import { pickFolder } from './pickFolder';

type Needed = TrainerParts & { readonly looks: Looks; readonly linked: LinkedExperiments };

/**
 * Scores the layers that a config is about: with the experiment that belongs to it, or with a new one beside it, for which the
 * user picks data.
 *
 * @returns the experiment; undefined where the user gives up
 */
export async function scoreConfig(parts: Needed, uri: vscode.Uri): Promise<vscode.Uri | undefined> {
  requireTrust();
  const [linked] = await parts.linked.of(uri.fsPath);
  const experiment = linked?.uri ?? (await newExperiment(parts, uri));
  if (!experiment) return undefined;
  await vscode.window.showTextDocument(experiment, { preview: false });
  await vscode.commands.executeCommand('adapterLab.scoreLayers', experiment);
  return experiment;
}

async function newExperiment(parts: Needed, uri: vscode.Uri): Promise<vscode.Uri | undefined> {
  const document = await vscode.workspace.openTextDocument(uri);
  const [seen] = (await parts.looks.at(document)).seen;
  if (!seen) throw noConfig(uri);
  const model = await modelOf(parts, seen);
  if (model === undefined) return undefined;
  const { experimentForConfig } = await parts.onDemand();
  const { config, facts } = seen;
  const made = await experimentForConfig(parts.dialogs, { uri, config, resolved: facts.resolved, model });
  parts.linked.forget();
  return made;
}

/** @throws LabError where the model is there and cannot be read */
async function modelOf(parts: Needed, { base, config }: Seen): Promise<BaseModel | undefined> {
  if (base.kind === 'found') return base.model;
  if (base.kind === 'unreadable') throw base.error;
  const name = base.kind === 'missing' ? base.name : (config.settings.baseModel ?? 'the base model');
  const folder = await pickFolder(parts, name);
  return folder === undefined ? undefined : readBaseModel(folder);
}

export const noConfig = (uri: vscode.Uri): LabError =>
  new LabError(
    'config-unknown',
    `${basename(uri.fsPath)} is no config of a trainer that is known.`,
    'Open one of PEFT, axolotl, LLaMA-Factory, torchtune, Unsloth, Ludwig or TRL.',
  );
