import { join } from 'node:path';
import { readJsonAs } from '../../files/json';
import { runFiles } from '../../files/runs';
import { isSamePlan } from '../../planning/samePlan';
import { verdictSchema, type Verdict } from '../../shared/verdict';
import type { Plan } from '../../shared/words';
import type { JudgedRun } from '../editor/lenses';
import type { RunStore } from './runStore';

/** By a list of runs, which is another one when it was read again: lenses are asked for at every keystroke. */
const newest = new WeakMap<readonly string[], Promise<JudgedRun | undefined>>();

/** The newest run that came to a verdict, where that is on this very plan; undefined where it is on another, or there is none. */
export async function judgedRun(
  runs: Pick<RunStore, 'folders'>,
  experiment: string,
  plan: Plan,
): Promise<JudgedRun | undefined> {
  const folders = await runs.folders(experiment);
  const found = newest.get(folders) ?? newestOf(folders);
  newest.set(folders, found);
  const judged = await found;
  return judged && isSamePlan(judged.verdict.plan, plan, { locks: false }) ? judged : undefined;
}

async function newestOf(folders: readonly string[]): Promise<JudgedRun | undefined> {
  for (const run of folders) {
    const verdict = await verdictOf(run);
    if (verdict?.isOver === true) return { run, verdict };
  }
  return undefined;
}

/** A run's `verdict.json`; undefined where there is none that can be read. */
export const verdictOf = (run: string): Promise<Verdict | undefined> =>
  readJsonAs(join(run, runFiles.verdict), verdictSchema, {
    what: 'The verdict',
    missing: 'run-not-found',
    invalid: 'run-not-found',
    next: '',
  }).catch(() => undefined);
