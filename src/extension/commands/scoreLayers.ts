import { basename } from 'node:path';
import type * as vscode from 'vscode';
import { formatSeconds } from '../../shared/format';
import { activityOf } from '../../shared/activity';
import type { RunState } from '../../shared/runState';
import { commands } from '../../shared/ids';
import { ours } from '../presenter';
import { begunEvent, type EngineJob } from '../runs/jobs';
import { chosen, deviceSetting, neverNotify, sharingSetting, setting } from '../settings';
import { requireTrust } from '../trust';
import type { Parts } from './parts';

/**
 * Scores an experiment's layers into a new run, shown beside the text while it goes on.
 *
 * @returns the run's folder; undefined where another run is in progress
 */
export async function scoreLayers(parts: Parts, uri: vscode.Uri): Promise<string | undefined> {
  return tellScored(parts, uri, await work(parts, uri, 'score'));
}

/** What a scoring by itself ends with. */
export async function tellScored(
  parts: Parts,
  uri: vscode.Uri,
  run: string | undefined,
): Promise<string | undefined> {
  if (run === undefined) return undefined;
  const { state } = await parts.runs.run(run);
  tellEnd(parts, uri, run, `${scoredText(uri, state)}.`, 'adapterLab.allocate');
  return run;
}

/**
 * A job of the engine alone, for commands that go on with it.
 * @param stopped the folder of a run that goes on
 * @returns the run's folder; undefined where another run is in progress
 */
export async function work(
  parts: Parts,
  uri: vscode.Uri,
  job: EngineJob,
  stopped?: string,
): Promise<string | undefined> {
  const { jobs, panels, runs, hints } = parts;
  requireTrust();
  if (isBusy(parts)) return undefined;
  const { experiment } = await parts.experiments.open(uri);
  // While the file was saved, another command may have begun.
  if (isBusy(parts)) return undefined;
  const names = experiment.tasks.map(({ name }) => name);
  try {
    const begun = begunEvent(experiment.file, job, names);
    const shown = (run: string): void => {
      // A run that goes on has its own beginning.
      if (setting('showRunOnStart') || panels.isOpen(uri))
        void panels.show(uri, { run, preserveFocus: true, ...(stopped === undefined ? { begun } : {}) });
    };
    return await jobs.start(experiment, job, deviceSetting(), shown, stopped, sharingSetting());
  } finally {
    runs.forget();
    hints.refresh();
  }
}

/** One engine does one job at a time. Where it does one, the user is told and can stop it. */
export function isBusy({ jobs, presenter }: Pick<Parts, 'jobs' | 'presenter'>): boolean {
  const { active } = jobs;
  if (!active) return false;
  const doing = { scoring: 'scored', searching: 'searched', training: 'trained', judging: 'judged' }[
    activityOf(active.state)
  ];
  void presenter.offer('information', `${basename(active.experiment)} is being ${doing}.`, {
    title: 'Stop',
    run: () => jobs.stop(),
  });
  return true;
}

/**
 * A word at the end of a run that nobody watches, or as the setting has it.
 *
 * @param next the step that most likely comes next
 */
export function tellEnd(
  { panels, presenter }: Parts,
  uri: vscode.Uri,
  run: string,
  message: string,
  next?: 'adapterLab.allocate' | 'adapterLab.commitPlan',
): void {
  const when = chosen('notifyWhenDone');
  if (when === 'never' || (when === 'unseen' && panels.isVisible(run))) return;
  void presenter.offer(
    'information',
    message,
    { title: 'Show Run', run: () => panels.show(uri, { run }) },
    next && ours(next, commands[next], uri),
    { title: "Don't Show Again", run: neverNotify },
  );
}

export function scoredText(uri: vscode.Uri, { tasks, actual }: RunState): string {
  const samples = tasks.reduce((sum, { samplesDone }) => sum + samplesDone, 0);
  const time = actual ? ` in ${formatSeconds(actual.seconds)}` : '';
  const of = tasks.length === 1 ? 'one task' : `${tasks.length} tasks`;
  return `${basename(uri.fsPath)}: scored with ${samples} samples of ${of}${time}`;
}
