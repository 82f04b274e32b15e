import path from 'node:path';
import type { Experiment } from '../configs/experiment/experiment';
import { evaComponents } from '../planning/estimators';
import { executorOf } from '../shared/executorSettings';
import type { Device } from '../shared/words';
import type { GateSettings, ScoreRequest } from './request';
import type { RunWriter } from './runWriter';
import { scoreRun, type AfterScores, type RunOptions } from './scoreRun';

export type { RunOptions } from './scoreRun';

/**
 * Scores an experiment's model on its tasks into a run folder.
 *
 * @throws LabError what ended the run; the run's folder says the same
 */
export async function scoreExperiment(
  experiment: Experiment,
  options: RunOptions,
  signal: AbortSignal,
  then?: AfterScores,
): Promise<RunWriter> {
  const request = requestOf(experiment, options.device);
  const { processes = 'auto' } = options;
  const executor = executorOf(experiment);
  return scoreRun({ ...request, processes }, experiment.file, { executor, ...options }, signal, then);
}

/** FLoE's warm-up, with the adapter that the experiment trains. */
const gatesOf = ({ adapter, floe }: Experiment): GateSettings => ({
  targets: adapter.targets,
  adapter: { rank: adapter.rank, alpha: adapter.alpha, experts: adapter.experts },
  warmupSteps: floe.warmupSteps,
  warmupLearningRate: floe.warmupLearningRate,
});

export function requestOf(experiment: Experiment, device: Device | 'auto'): ScoreRequest {
  const { score } = experiment;
  return {
    model: experiment.model,
    modelName: path.relative(path.dirname(experiment.file), experiment.model).split(path.sep).join('/'),
    tasks: experiment.tasks.map((task) => ({ ...task, file: task.train })),
    estimator: score.estimator,
    samples: score.samples,
    ...(score.untilSure === undefined
      ? {}
      : { untilSure: { level: score.untilSure, layers: experiment.budget.layers } }),
    batchSize: score.batchSize,
    maxLength: score.maxLength,
    device,
    labels: score.labels,
    // A single task has no vote but that of parts of its samples.
    perSample: experiment.method === 'lora-smoe' && experiment.tasks.length === 1,
    taylor: score.estimator === 'taylor',
    seed: score.seed,
    ...(score.estimator === 'eva' ? { components: evaComponents(experiment.adapter.rank) } : {}),
    ...(score.estimator === 'gate-fisher' ? { gates: gatesOf(experiment) } : {}),
  };
}
