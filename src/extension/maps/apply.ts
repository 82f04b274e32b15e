import { basename } from 'node:path';
import * as vscode from 'vscode';
import { budgetEdits } from '../../configs/experiment/editBudget';
import { planEdits } from '../../configs/experiment/editPlan';
import { differing } from '../../configs/text/differing';
import { applyEdits, type TextEdit } from '../../configs/text/textEdit';
import { readRunRecords } from '../../files/runRecords';
import type { PlanFile } from '../../shared/planFile';
import { insists } from '../commands/allocate';
import { isBusy } from '../commands/scoreLayers';
import { writeEdits } from '../commands/writePlan';
import { changedSince } from '../runs/changedSince';
import { recordPlan } from '../runs/planFromRun';
import { requireTrust } from '../trust';
import type { MapParts } from './parts';

/** A plan that is ready to go into its experiment. */
export interface Ready {
  readonly experiment: vscode.Uri;
  /** Absolute path of the run whose scores it was made from, which notes it. */
  readonly run: string;
  /** Its budget goes into the experiment as well, where it has one of its own. */
  readonly planFile: PlanFile;
}

/**
 * Writes a plan that was edited, and its budget where that is another one, into the experiment as one change that one Undo takes
 * back, and notes it in its run as Allocate does.
 *
 * @returns false where the user declines, or where the experiment is being worked on
 * @throws LabError where the experiment has an error, or cannot be written
 */
export async function applyPlanOfMap(parts: MapParts, ready: Ready): Promise<boolean> {
  requireTrust();
  const { experiment: uri, run, planFile } = ready;
  if (parts.jobs.active?.experiment === uri.fsPath && isBusy(parts)) return false;
  const { document, experiment } = await parts.experiments.open(uri);
  const records = await readRunRecords(run).catch(() => undefined);
  if (records) {
    const changed = await changedSince(experiment, records.scores, new Date(records.manifest.createdAt));
    if (changed.length > 0 && !(await insists(parts, changed, 'Apply Anyway'))) return false;
  }
  await writeEdits(document, editsOf(document.getText(), experiment.file, planFile));
  // The experiment has that budget now: the plan's is the experiment's own, and goes with it.
  await recordPlan(run, { ...planFile, budget: undefined }, experiment.file);
  parts.runs.forget();
  parts.hints.refresh();
  parts.panels.look(run);
  const further = experiment.targetConfig
    ? ` Apply Plan writes it into ${basename(experiment.targetConfig)}.`
    : '';
  vscode.window.setStatusBarMessage(
    `The plan is in ${basename(uri.fsPath)}; Undo takes it back.${further}`,
    10_000,
  );
  return true;
}

function editsOf(text: string, file: string, { plan, budget }: PlanFile): readonly TextEdit[] {
  const ofBudget = budget ? budgetEdits(text, file, budget) : [];
  if (ofBudget.length === 0) return planEdits(text, plan, 'of the plan');
  // Each kind of edits is proved right on a text of its own, so both become one from text to text.
  const between = applyEdits(text, ofBudget);
  return [differing(text, applyEdits(between, planEdits(between, plan, 'of the plan')))];
}
