import type { ScoreFile } from '../../../src/shared/scoreFile';
import { syntheticModel } from './syntheticModel';

/** Score files of a synthetic model: layer l of task t scores (l + 1) · (t + 1), each module a third of its layer. */
export function scoreFiles(layers: number, tasks: readonly string[]): ScoreFile[] {
  return tasks.map((task, index) => ({
    version: 1,
    model: 'model',
    modelHash: 'sha256:model',
    task,
    dataHash: `sha256:${task}`,
    estimator: 'fisher',
    labels: 'empirical',
    samples: 64,
    device: 'native',
    modules: syntheticModel(layers).map((module) => ({
      ...module,
      score: ((module.layer + 1) * (index + 1)) / 3,
      standardError: 0.01,
    })),
    layers: Array.from({ length: layers }, (_, layer) => ({
      layer,
      score: (layer + 1) * (index + 1),
      standardError: 0.02,
    })),
    stability: { halvesKendallTau: 0.9, topKAgreement: 1 },
  }));
}
