import type { RunEvent, SearchedTrial, UnstampedRunEvent } from '../../../src/shared/runEvents';

const points: readonly [rank: number, layers: number, accuracy: number][] = [
  [2, 0.25, 0.848],
  [64, 1, 0.9],
  [8, 0.5, 0.912],
  [16, 0.5, 0.874],
  [4, 0.25, 0.861],
];

/** A made-up rank search of eight trials at most. @param ended how many of five have an outcome; the next one runs */
export function search(ended: number): RunEvent[] {
  const events: UnstampedRunEvent[] = [
    { type: 'stage', stage: 'search' },
    { type: 'search-begun', trials: 8, finished: 0 },
    { type: 'stage', stage: 'train' },
  ];
  points.slice(0, ended + 1).forEach(([rank, layers, accuracy], number) => {
    const trial = `trial-${number}-seed-1`;
    const isOver = number < ended;
    const point = { rank, layers };
    const parameters = Math.round(rank * layers * 22_400);
    const told: SearchedTrial = { number, point, parameters, metric: 'accuracy', state: 'running' };
    events.push(
      { type: 'searched', trial: told, ...(number > 0 ? { best: bestOf(number) } : {}) },
      { type: 'trial', trial, seed: 1, steps: 60, fromStep: 0, parameters, samples: 480 },
      {
        type: 'progress',
        share: (number + 0.4) / 8,
        step: `trial ${number + 1} of 8 (rank ${rank}, ${100 * layers} % of layers), step 24 of 60`,
      },
      {
        type: 'step',
        trial,
        step: 24,
        loss: 0.42,
        learningRate: 3e-4,
        gradientNorm: 0.7,
        tokensPerSecond: 5120,
      },
    );
    if (!isOver) return;
    const state = number === 3 ? 'pruned' : 'done';
    events.push({ type: 'searched', trial: { ...told, state, value: accuracy }, best: bestOf(number + 1) });
  });
  return stamp(events);
}

/** The end of a search of five trials. */
export const searchEnd = (): RunEvent[] =>
  stamp([
    {
      type: 'search-ended',
      words: 'The next trial would gain 0.00006 accuracy on average; stopped after 5 of 8.',
      best: 2,
    },
  ]);

/** The best of the first so many trials that came to their end. */
const bestOf = (count: number): number =>
  points
    .slice(0, count)
    .reduce((best, [, , accuracy], at) => (at !== 3 && accuracy > points[best]![2] ? at : best), 0);

const stamp = (events: readonly UnstampedRunEvent[]): RunEvent[] =>
  events.map((event) => ({ at: '2025-03-04T09:13:30.000Z', ...event }) as RunEvent);
