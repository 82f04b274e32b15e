import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Experiment } from '../../configs/experiment/experiment';
import { LabError } from '../../shared/errors';
import type { Plan } from '../../shared/words';
import { hasPlan, type Linked, type LinkedExperiments } from './linkedExperiments';
import type { PlanParts } from './planCommands';
import { configGiven, isExperiment } from './recognize';

/** An experiment with a plan. */
export interface Planned {
  readonly uri: vscode.Uri;
  readonly experiment: Experiment;
  readonly plan: Plan;
}

/**
 * The experiment that a command is about: the one that was given, the one that belongs to the config that was given or is
 * before the user's eyes, else what `Experiments.target` finds.
 *
 * @returns undefined where the user picks none
 * @throws LabError plan-missing, and those of opening an experiment
 */
export async function plannedExperiment(parts: PlanParts, given: unknown): Promise<Planned | undefined> {
  const config = configGiven(given, vscode.window.activeTextEditor?.document);
  const linked = config && (await pickLinked(parts, config));
  if (config && !linked) return undefined;
  const uri = linked?.uri ?? (await parts.experiments.target(given));
  if (!uri) return undefined;
  const { experiment } = await parts.experiments.open(uri);
  const { plan } = experiment;
  if (plan && Object.keys(plan.modules).length > 0) return { uri, experiment, plan };
  throw noPlan(uri);
}

/** @throws LabError plan-missing where no experiment of the config has a plan */
async function pickLinked(
  { linked, dialogs }: { readonly linked: LinkedExperiments } & PlanParts,
  config: vscode.Uri,
): Promise<Linked | undefined> {
  const planned = (await linked.of(config.fsPath)).filter(hasPlan);
  const [only, second] = planned;
  if (!only) throw noPlan(config);
  if (!second) return only;
  const items = planned.map((one) => ({ label: vscode.workspace.asRelativePath(one.uri), one }));
  return (await dialogs.pick(items, { placeHolder: 'Which plan?' }))?.one;
}

const noPlan = (uri: vscode.Uri): LabError =>
  new LabError(
    'plan-missing',
    `There is no plan for ${basename(uri.fsPath)}.`,
    isExperiment(uri)
      ? 'Score the layers and allocate first.'
      : 'Score Layers on this file first, or name it as target_config of the experiment.',
  );
