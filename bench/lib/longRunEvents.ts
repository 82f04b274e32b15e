import { mulberry32 } from '../../src/shared/random';
import type { UnstampedRunEvent } from '../../src/shared/runEvents';
import { deepestModel, modulesOf } from '../../test/unit/webview/sampleRuns';

/** A made-up run of as many events as a journal has after weeks, on a model of 126 layers with 7 roles. */
const trials = 5;
const searchedTrials = 300;
const modules = modulesOf(deepestModel);
const random = mulberry32(1);

/** So many of each thousand events; the rest are steps of the trials, one trial behind the other. */
const ofThousand = { progress: 300, searched: 90, scores: 1, reallocated: 1 } as const;

/** The event at a place of the run, steps with the mean loss of a training that learns. */
export function eventAt(index: number, count: number): UnstampedRunEvent {
  const place = (index * 617) % 1000;
  const share = index / count;
  if (place < ofThousand.progress) return { type: 'progress', share, step: `step ${index} of ${count}` };
  const behind = place - ofThousand.progress;
  if (behind < ofThousand.searched) return searched(index, share);
  if (behind < ofThousand.searched + ofThousand.scores) return scores(index, count);
  const trial = `seed-${1 + Math.min(trials - 1, Math.floor(trials * share))}`;
  // Beyond the first trial's, steps count from its own first event.
  const step = 1 + (index % Math.ceil(count / trials));
  if (behind < ofThousand.searched + ofThousand.scores + ofThousand.reallocated)
    return {
      ...{ type: 'reallocated', trial, step },
      ranks: Object.fromEntries(modules.map(({ path: module }) => [module, Math.floor(16 * random())])),
    };
  return {
    ...{ type: 'step', trial, step, loss: 0.3 + 2 * Math.exp((-8 * step * trials) / count) + 0.1 * random() },
    ...{ learningRate: 3e-4 * (1 - share), gradientNorm: random(), tokensPerSecond: 5000 + 100 * random() },
  };
}

function searched(index: number, share: number): UnstampedRunEvent {
  const number = Math.floor(searchedTrials * share);
  return {
    type: 'searched',
    trial: {
      ...{
        number,
        point: { rank: 4 + (number % 60), layers: 0.5 },
        state: index % 2 === 0 ? 'running' : 'done',
      },
      ...{ parameters: 1e6 + number, metric: 'accuracy', value: 0.5 + 0.4 * random() },
    },
    best: Math.max(0, number - 3),
  };
}

function scores(index: number, count: number): UnstampedRunEvent {
  const { tasks, layers } = deepestModel;
  const samples = 4096;
  return {
    ...{ type: 'scores', task: tasks[index % tasks.length]!, samplesTotal: samples },
    samplesDone: Math.max(1, Math.floor((samples * index) / count)),
    scores: modules.map(() => random()),
    standardErrors: modules.map(() => 0.01 * random()),
    layerStandardErrors: Array.from({ length: layers }, () => 0.05 * random()),
  };
}
