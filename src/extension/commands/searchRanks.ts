import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type * as vscode from 'vscode';
import { writeFileAtomic } from '../../files/atomic';
import { readRunRecords } from '../../files/runRecords';
import { runFiles } from '../../files/runs';
import { LabError, toLabError } from '../../shared/errors';
import { formatSeconds } from '../../shared/format';
import type { RunState } from '../../shared/runState';
import { bestSearched, searchedWords } from '../../shared/searchWords';
import { isOnEarlierPlan } from '../../shared/verdictWords';
import { appendEvents } from '../runs/recordEnd';
import type { Parts } from './parts';
import { tellEnd, work } from './scoreLayers';
import { writePlan } from './writePlan';

/**
 * Scores an experiment's layers, then searches the rank (and share of layers, and experts) into a new run that is shown beside
 * the text, and writes the plan of the best trial.
 *
 * @returns the run's folder; undefined where another run is in progress
 */
export async function searchRanks(parts: Parts, uri: vscode.Uri): Promise<string | undefined> {
  return endPlanned(parts, uri, await work(parts, uri, 'search'));
}

/**
 * What a job ends with that found a plan by itself: the plan that is in its run, as one edit of the open text, unless it was written
 * when the judging began.
 */
export async function endPlanned(
  parts: Parts,
  uri: vscode.Uri,
  run: string | undefined,
): Promise<string | undefined> {
  if (run === undefined) return undefined;
  if (!(await parts.runs.run(run)).state.isPlanWritten) {
    await writeFound(parts, uri, run);
    await noteWritten(parts, uri, run);
  }
  const { state } = await parts.runs.run(run);
  tellEnd(parts, uri, run, `${basename(uri.fsPath)}: ${endText(state)}`, 'adapterLab.commitPlan');
  return run;
}

/** Puts the plan that a job left in its run into the experiment, once: a window that was closed since leaves a note of it in the run. */
export async function writeFound({ experiments }: Parts, uri: vscode.Uri, run: string): Promise<void> {
  const { plan } = await readRunRecords(run);
  if (plan === undefined) {
    throw new LabError('plan-missing', `The run in ${run} left no plan.`, 'Start it again.');
  }
  const text = `${JSON.stringify(plan.plan)}\n`;
  const note = join(run, runFiles.writtenPlan);
  if ((await readFile(note, 'utf8').catch(() => undefined)) === text) return;
  // Opened again: the file may have been edited while trials were trained.
  const { document } = await experiments.open(uri).catch((thrown: unknown) => {
    const { code, message, next } = toLabError(thrown);
    throw new LabError(code, message, `${next} The plan that was found is in ${join(run, runFiles.plan)}.`);
  });
  await writePlan(document, plan.plan);
  await writeFileAtomic(note, text);
}

/** Notes in a run, to which no engine writes any more, that its plan stands in the experiment. */
export async function noteWritten(
  { hints, panels, runs }: Parts,
  uri: vscode.Uri,
  run: string,
): Promise<void> {
  await appendEvents(run, [{ type: 'wrote', path: basename(uri.fsPath) }]);
  await rm(join(run, runFiles.writtenPlan), { force: true });
  runs.forget();
  hints.refresh();
  panels.look(run);
}

/** What was found, and the verdict where there is one; that alone where it is on an earlier plan than the run's. */
export function endText(state: RunState): string {
  if (state.verdict && isOnEarlierPlan(state)) return `${state.verdict.words} ${earlierPlan}`;
  const found = state.search === undefined ? (state.plan?.summary ?? '') : `${searchText(state)}.`;
  return [found, state.verdict?.words ?? ''].filter((sentence) => sentence !== '').join(' ');
}

const earlierPlan = 'It is on an earlier plan of this run.';

/** `searched 8 trials in 2 min; best is rank 4, 50 % of layers: 91.2 % accuracy with 20.2 k parameters` */
function searchText(state: RunState): string {
  const { searched, actual } = state;
  const count = searched.length === 1 ? 'one trial' : `${searched.length} trials`;
  const time = actual ? ` in ${formatSeconds(actual.seconds)}` : '';
  const best = bestSearched(state);
  return `searched ${count}${time}${best === undefined ? '' : `; best is ${searchedWords(best)}`}`;
}
