import type { TrialState } from '../../../src/shared/trialState';
import { csvLines } from '../copies/csv';
import { metrics } from './metrics';

const head = ['trial', 'seed', 'step', 'split', 'task', 'quantity', 'value'];

/**
 * What the page has of the trials' steps and evaluations, one number a line, with every digit. Of a long training steps that
 * are neighbors are means: all of them are in the run's `events.jsonl`.
 */
export function trainingCsv(trials: readonly TrialState[]): string {
  const rows = trials.flatMap(({ name, seed, points, evaluations }) => [
    ...points.flatMap(({ step, loss, learningRate, tokensPerSecond, memory }) =>
      [
        ['loss', loss] as const,
        ['learning_rate', learningRate] as const,
        ['tokens_per_second', tokensPerSecond] as const,
        ['resident_bytes', memory?.resident] as const,
        ['card_bytes', memory?.card] as const,
      ].map(([quantity, value]) => [name, seed, step, 'train', '', quantity, value]),
    ),
    ...evaluations.flatMap(({ step, split, metrics: told }) =>
      told.flatMap((of) => metrics.map((metric) => [name, seed, step, split, of.task, metric, of[metric]])),
    ),
  ]);
  return csvLines([head, ...rows.filter((row) => row.at(-1) !== undefined)]);
}
