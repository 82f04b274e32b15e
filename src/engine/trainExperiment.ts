import type { Experiment } from '../configs/experiment/experiment';
import type { RunWriter } from './runWriter';
import { Training } from './training/training';
import { trainingRun, type TrainOptions } from './trainingRun';

export type { TrainOptions };

/**
 * Trains an experiment's adapters, once for each seed, into a run folder: journal, checkpoints in `state/` while it lasts,
 * the best adapter of each seed in `adapters/`.
 *
 * @throws LabError what ended the run; the run's folder says the same
 */
export const trainExperiment = (
  experiment: Experiment,
  options: TrainOptions,
  signal: AbortSignal,
): Promise<RunWriter> =>
  trainingRun(
    {
      job: 'train',
      work: (prepared, writer, events) =>
        new Training(experiment, options, prepared, writer, events, signal).run(),
    },
    experiment,
    options,
    signal,
  );
