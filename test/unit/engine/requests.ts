import path from 'node:path';
import type { ScoreRequest } from '../../../src/engine/request';

export const never = new AbortController().signal;
export const nowhere = (): void => undefined;

/** A request over the model and the two tasks of `writeSmallExperiment`, computed in this process. */
export const requestIn = (folder: string, change: Partial<ScoreRequest> = {}): ScoreRequest => ({
  model: path.join(folder, 'models', 'small'),
  modelName: 'models/small',
  tasks: ['first', 'second'].map((name) => ({
    name,
    kind: 'causal-lm',
    file: path.join(folder, 'data', `${name}.jsonl`),
    text: 'text',
  })),
  estimator: 'fisher',
  samples: 100,
  batchSize: 3,
  maxLength: 100,
  device: 'native',
  labels: 'empirical',
  perSample: true,
  taylor: false,
  seed: 1,
  processes: 0,
  ...change,
});
