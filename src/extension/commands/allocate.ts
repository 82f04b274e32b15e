import { basename } from 'node:path';
import * as vscode from 'vscode';
import { readRunRecords, type RunRecords } from '../../files/runRecords';
import { LabError } from '../../shared/errors';
import type { PlanFile } from '../../shared/planFile';
import type { OpenExperiment } from '../experiments';
import { changedSince } from '../runs/changedSince';
import { planFor, recordPlan } from '../runs/planFromRun';
import { runTime } from '../runs/runTime';
import { requireTrust } from '../trust';
import type { Parts } from './parts';
import { isBusy } from './scoreLayers';
import { writePlan } from './writePlan';

/**
 * Makes a plan from the newest scores and writes it into the experiment.
 *
 * @returns the plan, undefined where the user declines
 */
export async function allocatePlan(parts: Parts, uri: vscode.Uri): Promise<PlanFile | undefined> {
  requireTrust();
  if (parts.jobs.active?.experiment === uri.fsPath && isBusy(parts)) return undefined;
  const open = await parts.experiments.open(uri);
  const scored = await parts.runs.newestScored(uri.fsPath);
  if (!scored) throw notScored(uri);
  const records = await readRunRecords(scored.folder);
  const changed = await changedSince(open.experiment, records.scores, new Date(records.manifest.createdAt));
  if (changed.length > 0 && !(await insists(parts, changed, 'Allocate Anyway'))) {
    parts.presenter.note('Nothing was allocated.');
    return undefined;
  }
  const planFile = await allocateFrom(parts, open, records);
  parts.panels.turn(uri, scored.folder);
  const time = runTime(records.manifest.createdAt);
  vscode.window.setStatusBarMessage(`Plan from the run of ${time}: ${planFile.summary}`, 10_000);
  return planFile;
}

/** The plan that a run's scores give, in the experiment and in the run. */
export async function allocateFrom(
  parts: Pick<Parts, 'runs' | 'panels' | 'hints'>,
  { document, experiment }: OpenExperiment,
  { run, scores }: Pick<RunRecords, 'run' | 'scores'>,
): Promise<PlanFile> {
  const planFile = planFor(experiment, scores);
  await writePlan(document, planFile.plan);
  await recordPlan(run, planFile, experiment.file);
  parts.runs.forget();
  parts.hints.refresh();
  parts.panels.look(run);
  return planFile;
}

/** Whether the user goes on although what the scores were made from is different now. @param button that says so */
export async function insists(
  { dialogs }: Pick<Parts, 'dialogs'>,
  changed: readonly string[],
  button: string,
): Promise<boolean> {
  const answer = await dialogs.ask({
    kind: 'warning',
    message: `Since the layers were scored, ${list(changed)} changed.`,
    detail: 'The plan would be made from scores that may no longer hold. Score Layers measures them anew.',
    modal: true,
    buttons: [button],
  });
  return answer === button;
}

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

const notScored = (uri: vscode.Uri): LabError =>
  new LabError(
    'run-not-found',
    `${basename(uri.fsPath)} has no scores to allocate from.`,
    'Score the layers first.',
  );
