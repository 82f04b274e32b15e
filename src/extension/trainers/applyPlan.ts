import { basename } from 'node:path';
import * as vscode from 'vscode';
import { applyEdits } from '../../configs/text/textEdit';
import { writeBackOf } from '../../configs/trainers/writeBack/applyPlan';
import { seedNameFor, writeSeedFor } from '../../configs/trainers/writeBack/seedFile';
import type { BaseModel } from '../../files/baseModel';
import { LabError } from '../../shared/errors';
import { requireTrust } from '../trust';
import { readerOf } from './configs';
import type { Seen } from './look';
import { noConfig } from './newExperiment';
import type { PlanParts } from './planCommands';
import { plannedExperiment, type Planned } from './plannedTarget';
import { applyTo } from './positions';

/**
 * Writes an experiment's plan into the config that its trainer reads: first what would change is shown, with what the trainer
 * has no key for; then it is one change that one Undo takes back.
 *
 * @returns the config; undefined where the user declines, or where it says all of it already
 */
export async function applyPlan(parts: PlanParts, given: unknown): Promise<vscode.Uri | undefined> {
  requireTrust();
  const planned = await plannedExperiment(parts, given);
  if (!planned) return undefined;
  const target = vscode.Uri.file(targetOf(planned));
  const document = await openTarget(target);
  const text = document.getText();
  const requireSame = (): void => {
    if (document.getText() !== text) throw changedMeanwhile(target);
  };
  const seen = await pickAdapter(parts, document, (await parts.looks.at(document)).seen);
  if (!seen) return undefined;
  requireSame();
  const base = modelOf(seen, target);
  const read = await readerOf(seen.config.syntax);
  const seedFolder = seedNameFor(target.fsPath);
  const written = writeBackOf(text, seen.config, planned.plan, base, { read, seedFolder });
  const { edits, losses, seedAdapter } = written;
  if (edits.length === 0 && !seedAdapter && losses.length === 0) {
    void parts.presenter.offer('information', `${basename(target.fsPath)} says what the plan says already.`);
    return undefined;
  }
  const title = `${basename(target.fsPath)} ↔ with the plan of ${basename(planned.uri.fsPath)}`;
  const close = await parts.previews.compare(target, applyEdits(text, edits), title);
  try {
    if (!(await confirms(parts, planned, target, losses, seedAdapter?.folder))) return undefined;
    requireSame();
    // First, so that the file never names an adapter that is not there.
    const { rankStabilized } = seen.config.settings;
    const { experiment, plan } = planned;
    if (seedAdapter)
      await writeSeedFor(target.fsPath, seedAdapter.folder, experiment.model, plan, rankStabilized);
    // Writing it takes a while, in which the file can be edited.
    requireSame();
    await applyTo(document, edits);
  } finally {
    await close();
  }
  await vscode.window.showTextDocument(document, { preview: false });
  vscode.window.setStatusBarMessage(`The plan is in ${basename(target.fsPath)}; Undo takes it back.`, 10_000);
  return target;
}

/** @throws LabError model-missing, or why it cannot be read */
function modelOf({ base }: Seen, target: vscode.Uri): BaseModel {
  if (base.kind === 'found') return base.model;
  if (base.kind === 'unreadable') throw base.error;
  const name = basename(target.fsPath);
  throw new LabError(
    'model-missing',
    base.kind === 'missing'
      ? `The base model ${base.name} of ${name} is not on this machine, so the plan's modules cannot be matched.`
      : `${name} names no base model, so the plan's modules cannot be matched.`,
    base.kind === 'missing'
      ? 'Say where it is: More… → Pick Folder… above the file.'
      : 'Name it in the file.',
  );
}

function targetOf({ uri, experiment }: Planned): string {
  if (experiment.targetConfig !== undefined) return experiment.targetConfig;
  throw new LabError(
    'config-unknown',
    `${basename(uri.fsPath)} does not say which config its plan goes to.`,
    'Add "target_config:" with the path of the trainer\'s file.',
  );
}

async function openTarget(target: vscode.Uri): Promise<vscode.TextDocument> {
  try {
    return await vscode.workspace.openTextDocument(target);
  } catch (thrown) {
    throw new LabError('config-unknown', `${target.fsPath} cannot be opened.`, 'Correct target_config.', {
      cause: thrown,
    });
  }
}

/** A Python source may ask for several adapters. */
async function pickAdapter(
  { dialogs }: PlanParts,
  document: vscode.TextDocument,
  seen: readonly Seen[],
): Promise<Seen | undefined> {
  const [only, second] = seen;
  if (!only) throw noConfig(document.uri);
  if (!second) return only;
  const items = seen.map((one) => {
    const { line } = document.positionAt(one.config.place.start);
    return { label: document.lineAt(line).text.trim(), description: `line ${line + 1}`, one };
  });
  return (await dialogs.pick(items, { placeHolder: 'Into which of these?' }))?.one;
}

async function confirms(
  { dialogs }: PlanParts,
  { uri }: Planned,
  target: vscode.Uri,
  losses: readonly string[],
  seed: string | undefined,
): Promise<boolean> {
  const button = 'Apply';
  const answer = await dialogs.ask({
    kind: losses.length > 0 ? 'warning' : 'information',
    message: `Apply the plan of ${basename(uri.fsPath)} to ${basename(target.fsPath)}?`,
    detail: [
      ...losses,
      ...(seed === undefined ? [] : [`An adapter folder that training begins with is written to ${seed}.`]),
      'The comparison shows what changes. One Undo takes it back.',
    ].join('\n\n'),
    modal: true,
    buttons: [button],
  });
  return answer === button;
}

const changedMeanwhile = (target: vscode.Uri): LabError =>
  new LabError(
    'plan-outdated',
    `${basename(target.fsPath)} changed while the plan was being applied.`,
    'Apply the plan again.',
  );
