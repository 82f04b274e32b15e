import type { RunEvent, UnstampedRunEvent } from '../../../src/shared/runEvents';
import { begin, deepestModel, modulesOf } from '../../../test/unit/webview/sampleRuns';
import { eventAt } from '../longRunEvents';

/** Of so many events one is an evaluation: two a second in the soak, as of a data set that is passed over in half a second. */
const evaluationEvery = 5000;
const reallocationEvery = 10_000;
const experts = 8;
const routed = modulesOf(deepestModel).slice(0, 32);
const trial = 'seed-1';

/** Of each kind more than is kept of a trial, so that from here on nothing may grow. */
const before = { steps: 6000, reallocations: 300, evaluations: 600 } as const;

/** A run that has gone on for hours, told from its start: what is kept of it is full. */
export function soakBeginning(): RunEvent[] {
  const at = new Date().toISOString();
  const { steps, reallocations, evaluations } = before;
  const every = (count: number, step: number): boolean => step % Math.floor(steps / count) === 0;
  const events = Array.from({ length: steps }, (_, index): UnstampedRunEvent[] => {
    const step = index + 1;
    return [
      {
        ...{ type: 'step', trial, step, loss: 2, learningRate: 1e-3, gradientNorm: 1 },
        tokensPerSecond: 5000,
      },
      ...(every(reallocations, step) ? [reallocatedAt(step)] : []),
      ...(every(evaluations, step) ? [evaluatedAt(step, step / steps)] : []),
    ];
  });
  return [...begin(deepestModel, at, 'train'), ...events.flat().map((event): RunEvent => ({ at, ...event }))];
}

/** The event at a place of what comes then: steps, progress, trials of a search, scores, moves of rank, evaluations. */
export function soakEvent(index: number, count: number): UnstampedRunEvent {
  const step = before.steps + 1 + index;
  if (index % evaluationEvery === 0) return evaluatedAt(step, index / count);
  // The first of five trials has them all.
  const event = eventAt(index, 5 * count);
  // One a second, each of which changes a table of every module: a journal has fewer, since steps far from each other are told.
  if (event.type === 'reallocated' && index % reallocationEvery >= 1000)
    return { type: 'progress', share: index / count, step: `step ${step}` };
  return event.type === 'step' || event.type === 'reallocated' ? { ...event, step } : event;
}

const evaluatedAt = (step: number, share: number): UnstampedRunEvent => ({
  ...{ type: 'evaluated', trial, step, split: 'validation', best: step % 8 === 0 },
  metrics: [{ task: 'spam', samples: 64, loss: 1 - share / 2, accuracy: share }],
  routers: Object.fromEntries(
    routed.map(({ path }) => [path, Array.from({ length: experts }, () => 1 / experts)]),
  ),
});

const reallocatedAt = (step: number): UnstampedRunEvent => ({
  ...{ type: 'reallocated', trial, step },
  ranks: Object.fromEntries(modulesOf(deepestModel).map(({ path }, at) => [path, (at + step) % 16])),
});
