import { basename, join, resolve } from 'node:path';
import { isFile } from '../../files/isFile';
import { isRunOf, runFiles } from '../../files/runs';
import { comparedFacts, scoreShares } from '../../planning/compare/runFacts';
import { measuredOf } from '../../planning/compare/measured';
import type { Side } from '../../planning/compare/side';
import { designOf } from '../../planning/draft/designOf';
import type { Design } from '../../planning/planRequest';
import { LabError } from '../../shared/errors';
import type { PlanFile } from '../../shared/planFile';
import { emptyRun, type RunState } from '../../shared/runState';
import { trialsOfPlan } from '../../shared/trialState';
import { readPlanText } from '../maps/editors/planText';
import { manifestOf } from '../runs/orphan';
import type { RunStore } from '../runs/runStore';

/** How a file reads now: in its editor where it is open, else on disk; undefined where it is not there. */
export type TextNow = (path: string) => Promise<string | undefined>;

/** What a side is called, and where it comes from. */
export type SideNames = Pick<Side, 'title' | 'source'>;

/** A run with its plan, as far as its folder tells. */
export interface PlannedRun {
  readonly state: RunState;
  /** Its `plan.json`, else the one of its journal; undefined where it made none. */
  readonly planFile: PlanFile | undefined;
}

/**
 * Reads a run.
 *
 * @param folder absolute
 * @throws LabError `run-not-found` where it is gone, `plan-missing` where its plan cannot be read, `journal-invalid`
 */
export async function plannedRun(
  runs: Pick<RunStore, 'run'>,
  folder: string,
  textNow: TextNow,
): Promise<PlannedRun> {
  if (!(await isFile(join(folder, runFiles.events)))) {
    throw new LabError(
      'run-not-found',
      `The run ${basename(folder)} is not there any more.`,
      'Compare with another one.',
    );
  }
  const { state } = await runs.run(folder);
  const text = await textNow(join(folder, runFiles.plan));
  const planFile =
    text === undefined ? state.plan : readPlanText(text, `${runFiles.plan} of ${basename(folder)}`);
  return { state: planFile === undefined ? state : { ...state, plan: planFile }, planFile };
}

/** A run and its plan as one side. @param design of its experiment; undefined: as the plan's rows tell */
export const runSide = (
  names: SideNames,
  { state }: PlannedRun,
  planFile: PlanFile,
  design: Design | undefined,
): Side => ({
  ...names,
  modules: state.modules,
  plan: planFile.plan,
  totals: planFile.totals,
  design: design ?? designOf(planFile, state.modules),
  ...foundBy(state),
});

/**
 * A plan file as one side, with what the run says that it lies in, where it lies in one.
 *
 * @throws LabError `plan-missing` where the file is gone or no plan
 */
export async function planSide(
  names: SideNames,
  file: string,
  runs: Pick<RunStore, 'run'>,
  textNow: TextNow,
): Promise<Side> {
  const text = await textNow(file);
  if (text === undefined) {
    throw new LabError(
      'plan-missing',
      `${names.source} is not there any more.`,
      'Compare with another plan.',
    );
  }
  const planFile = readPlanText(text, names.source);
  const beside = await runs.run(resolve(file, '..')).catch(() => ({ state: emptyRun }));
  const state: RunState = { ...beside.state, plan: planFile };
  return runSide(names, { state, planFile }, planFile, undefined);
}

/** What a run found out, for the side of whatever belongs to it. */
export const foundBy = (state: RunState): Pick<Side, 'scores' | 'facts' | 'measured'> => ({
  scores: scoreShares(state),
  facts: comparedFacts(state),
  measured: measuredOf(trialsOfPlan(state)),
});

/** Absolute path of the experiment that a run is of, as its record says; undefined where that cannot be read or is another's. */
export async function experimentOf(folder: string): Promise<string | undefined> {
  const manifest = await manifestOf(folder);
  const named = manifest && resolve(folder, manifest.experiment);
  return named !== undefined && isRunOf(named, folder) ? named : undefined;
}
