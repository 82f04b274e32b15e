import { join } from 'node:path';
import type { Experiment } from '../../configs/experiment/experiment';
import { writeFileAtomic } from '../../files/atomic';
import { readManifest, runFiles } from '../../files/runs';
import { skimRunEvents } from '../../files/skim/skimRun';
import { allocate } from '../../planning/allocate';
import { planRequest } from '../../planning/planRequest';
import { reportFiles } from '../../planning/reportFiles';
import type { PlanFile } from '../../shared/planFile';
import { replay } from '../../shared/replay';
import { emptyRun } from '../../shared/runState';
import type { RunScores } from '../../shared/scoreFile';
import { appendEvents } from './recordEnd';

/**
 * The plan that an experiment asks for, from a run's scores.
 *
 * @throws LabError as `allocate` does
 */
export const planFor = (experiment: Experiment, { scores }: RunScores): PlanFile =>
  allocate(planRequest(experiment, scores));

/**
 * Notes in a run that a plan was made from its scores and written into the experiment: `plan.json`, then the journal, then
 * the reports anew.
 */
export async function recordPlan(run: string, planFile: PlanFile, experiment: string): Promise<void> {
  await writeFileAtomic(join(run, runFiles.plan), `${JSON.stringify(planFile, null, 1)}\n`);
  await appendEvents(run, [
    { type: 'plan', plan: planFile },
    { type: 'wrote', path: runFiles.plan },
    { type: 'wrote', path: experiment },
  ]);
  const state = replay(emptyRun, await skimRunEvents(run));
  const manifest = await readManifest(run).catch(() => undefined);
  const reports = reportFiles(state, manifest);
  for (const [name, content] of reports) await writeFileAtomic(join(run, name), content);
}
