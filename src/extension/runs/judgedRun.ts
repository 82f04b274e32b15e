import { readVerdict } from '../../files/runRecords';
import { isOnPlan } from '../../planning/isOnPlan';
import type { Design } from '../../planning/planRequest';
import type { JudgedRun } from '../editor/lenses';
import type { RunStore } from './runStore';

/** By a list of runs, which is another one when it was read again: lenses are asked for at every keystroke. */
const known = new WeakMap<readonly string[], Promise<readonly JudgedRun[]>>();

/**
 * The newest run with a verdict on a design's very plan, by the rule that a commit names one; undefined where there is none.
 * @param design with its plan
 */
export async function judgedRun(
  runs: Pick<RunStore, 'folders'>,
  experiment: string,
  design: Pick<Design, 'method' | 'plan'>,
): Promise<JudgedRun | undefined> {
  const folders = await runs.folders(experiment);
  const found = known.get(folders) ?? allOf(folders);
  known.set(folders, found);
  return (await found).find(({ verdict }) => isOnPlan(verdict, design));
}

async function allOf(folders: readonly string[]): Promise<readonly JudgedRun[]> {
  const read = folders.map(async (run) => ({ run, verdict: await readVerdict(run) }));
  return (await Promise.all(read)).flatMap(({ run, verdict }) => (verdict ? [{ run, verdict }] : []));
}
