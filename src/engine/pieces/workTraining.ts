import path from 'node:path';
import type { Experiment } from '../../configs/experiment/experiment';
import { readJsonAs } from '../../files/json';
import { runFiles } from '../../files/runs';
import { isFinished } from '../../search/study';
import { LabError } from '../../shared/errors';
import { runScoresSchema } from '../../shared/scoreFile';
import { headOf } from '../headFor';
import { ArmTrainer, judgedSets } from '../judge/armTrainer';
import type { JudgedOutcome } from '../judge/outcomes';
import type { OrderedWrites } from '../orderedWrites';
import type { RunWriter } from '../runWriter';
import { TrialTrainer } from '../search/trialTrainer';
import { prepareTraining, type PreparedTraining } from '../training/prepareTraining';
import { withoutPlan } from '../training/requireTrainable';
import { TrialRunner } from '../training/trialRunner';
import type { PieceOrder, PieceTraining, PieceWork } from './order';
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
export async function workTrial(
  site: PieceSite,
  { number, training }: Extract<PieceWork, { kind: 'trial' }>,
): Promise<void> {
  const { order, piece, attempt, events } = site;
  const { experiment } = training;
  const { scores } = await readJsonAs(path.join(order.run, runFiles.scores), runScoresSchema, {
    ...{ what: 'The score file', missing: 'scores-invalid', invalid: 'scores-invalid' },
    next: 'Start a new run.',
  });
  const study = await PieceStudy.open(path.join(order.run, runFiles.trials), piece, attempt);
  try {
    const trial = study.study.trials[number];
    if (trial === undefined) throw unseen(number);
    if (isFinished(trial)) return;
    await withTraining(site, { ...training, experiment: withoutPlan(experiment) }, (prepared, runner) =>
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
export const workArm = (
  site: PieceSite,
  { training, ...arm }: Extract<PieceWork, { kind: 'arm' }>,
): Promise<JudgedOutcome> =>
  withTraining(site, training, (prepared, runner) =>
    new ArmTrainer(training.experiment, prepared, runner, judgedSets(prepared)).outcomeOf(arm, {
      heard: () => undefined,
    }),
  );

async function withTraining<T>(
  { order, attempt, writer, events, threads, signal }: PieceSite,
  { experiment, version, seeds, plan, fingerprint, saveEvery }: PieceTraining,
  train: (prepared: PreparedTraining, runner: TrialRunner) => Promise<T>,
): Promise<T> {
  const { device, run } = order;
  const prepared = await prepareTraining(experiment, version, seeds, plan, await headOf(run));
  try {
    if (prepared.work.fingerprint !== fingerprint) throw others(experiment);
    const options = { run: attempt, device, resume: true, saveEvery, threads };
    return await train(prepared, new TrialRunner(options, prepared, writer, events, signal));
  } finally {
    await prepared.model.dispose();
  }
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
