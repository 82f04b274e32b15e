import type { Experiment } from '../../configs/experiment/experiment';
import type { TrialAdapter } from '../../shared/runEvents';
import type { Device } from '../../shared/words';
import type { HeadRequest } from '../headFor';
import type { TrialSettings } from './trialSettings';

/** The head that a training asks for, where its model has none. */
export const headRequest = (
  { model, tasks, train }: Experiment,
  device: Device | 'auto',
  [seed = 1]: readonly number[],
): HeadRequest => ({
  ...{ model, device, seed, maxLength: train.maxLength },
  tasks: tasks.map((task) => ({ ...task, file: task.train })),
});

/** One trial of an experiment's training. */
export const settingsOf = (
  { train }: Experiment,
  name: string,
  seed: number,
  adapter: TrialAdapter,
): TrialSettings => ({
  ...{
    name,
    seed,
    adapter,
    epochs: train.epochs,
    batchSize: train.batchSize,
    weightDecay: train.weightDecay,
  },
  schedule: { peak: train.learningRate, warmupRatio: train.warmupRatio, kind: train.schedule },
  maxGradNorm: train.maxGradNorm,
  evaluationsAnEpoch: train.evaluations,
  patience: train.patience,
});
