import path from 'node:path';
import type { Experiment } from '../../configs/experiment/experiment';
import { readJsonAs } from '../../files/json';
import { requireUnchanged } from '../../files/modelFolder';
import { runFiles } from '../../files/runs';
import { isFinished } from '../../search/study';
import { LabError } from '../../shared/errors';
import { runScoresSchema } from '../../shared/scoreFile';
import { headOf } from '../headFor';
import { ArmTrainer, judgedSets, type ArmOrder } from '../judge/armTrainer';
import type { JudgedOutcome } from '../judge/outcomes';
import type { OrderedWrites } from '../orderedWrites';
import type { RunWriter } from '../runWriter';
import { TrialTrainer } from '../search/trialTrainer';
import { prepareTraining, type PreparedTraining } from '../training/prepareTraining';
import { withoutPlan } from '../training/requireTrainable';
import { TrialRunner } from '../training/trialRunner';
import type { PieceOrder } from './order';
import { PieceStudy } from './pieceStudy';

/** Where a piece is worked on. */
export interface PieceSite {
  readonly order: PieceOrder;
  /** Absolute paths. */
  readonly piece: string;
  readonly attempt: string;
  /** Of the attempt. */
  readonly writer: RunWriter;
  readonly events: OrderedWrites;
  readonly threads: number;
  readonly signal: AbortSignal;
}

/**
 * Trains a trial of the run's search, and tells its study in the attempt's lines.
 * @throws LabError cancelled, run-not-resumable where model or data are others here, and what trials throw but for those that diverge
 */
export async function workTrial(site: PieceSite, number: number): Promise<void> {
  const { order, piece, attempt, events } = site;
  const experiment = experimentOf(order);
  const { scores } = await readJsonAs(path.join(order.run, runFiles.scores), runScoresSchema, {
    ...{ what: 'The score file', missing: 'scores-invalid', invalid: 'scores-invalid' },
    next: 'Start a new run.',
  });
  const study = await PieceStudy.open(path.join(order.run, runFiles.trials), piece, attempt);
  try {
    const trial = study.study.trials[number];
    if (trial === undefined) throw unseen(number);
    if (isFinished(trial)) return;
    await withTraining(site, withoutPlan(experiment), (prepared, runner) =>
      new TrialTrainer(...([attempt, experiment, scores, prepared, runner, study, events] as const), {
        told: () => Promise.resolve(),
      }).train(trial),
    );
  } finally {
    await events.drained().catch(() => undefined);
    await study.close();
  }
}

/** Trains an arm of the run's judgement. @throws LabError as `workTrial`, and training-diverged */
export const workArm = (site: PieceSite, arm: ArmOrder): Promise<JudgedOutcome> => {
  const experiment = experimentOf(site.order);
  return withTraining(site, experiment, (prepared, runner) =>
    new ArmTrainer(experiment, prepared, runner, judgedSets(prepared)).outcomeOf(arm, {
      heard: () => undefined,
    }),
  );
};

async function withTraining<T>(
  { order, attempt, writer, events, threads, signal }: PieceSite,
  experiment: Experiment,
  train: (prepared: PreparedTraining, runner: TrialRunner) => Promise<T>,
): Promise<T> {
  const { device, saveEvery, seeds, plan, run, version } = order;
  const prepared = await prepareTraining(experiment, version, seeds, plan, await headOf(run));
  try {
    if (prepared.work.fingerprint !== order.fingerprint) throw others(experiment);
    const options = { run: attempt, device, resume: true, saveEvery, threads };
    const value = await train(prepared, new TrialRunner(options, prepared, writer, events, signal));
    await requireUnchanged(prepared.model.folder);
    return value;
  } finally {
    await prepared.model.dispose();
  }
}

function experimentOf({ experiment }: PieceOrder): Experiment {
  if (experiment !== undefined) return experiment;
  throw new LabError('run-not-resumable', 'The order of a piece has no experiment.', 'Start a new run.');
}

/** A file system may show what another machine wrote late: the next attempt will see it. */
const unseen = (number: number): LabError =>
  new LabError(
    'piece-lost',
    `This machine does not see trial ${number + 1} in the run's journal yet.`,
    'Check that every machine of the cluster sees the same files, then go on with the run.',
  );

const others = ({ model }: Experiment): LabError =>
  new LabError(
    'run-not-resumable',
    `The model in ${model} or the data are others on this machine than where the run was begun.`,
    'Put them where every machine of the cluster sees the same files, then go on with the run.',
  );
