import type { RunEvent, UnstampedRunEvent } from '../../src/shared/runEvents';
import * as runs from '../../test/unit/webview/sampleRuns';
import { search, searchEnd } from '../../test/unit/webview/sampleSearch';
import { betterVerdict, judged, openVerdict } from '../../test/unit/webview/sampleVerdict';
import type { Scene } from './scene';
import { pieces } from './searchScenes';

const { smallModel: small, deepModel: deep, deepestModel: deepest, oneTask } = runs;
const ago = (seconds: number): string => new Date(Date.now() - 1000 * seconds).toISOString();
const at = (seconds: number, event: UnstampedRunEvent): RunEvent => ({ at: ago(seconds), ...event });

/** Reports of progress up to now, as evenly as a clock. @param seconds that it takes to the share */
const progress = (seconds: number, share: number, step?: string): RunEvent[] =>
  Array.from({ length: 20 }, (_, index) =>
    at((seconds * (19 - index)) / 19, {
      type: 'progress',
      share: (share * index) / 19,
      ...(step === undefined ? {} : { step }),
    }),
  );
/** The scores alone: what the sample runs say of progress is stamped with a day of their own. */
const scored = (...args: Parameters<typeof runs.score>): RunEvent[] =>
  runs.score(...args).filter(({ type }) => type !== 'progress');
const failure = {
  code: 'out-of-memory',
  message: 'The engine ran out of memory in layer 5 of models/tiny-llama with a batch of 32 samples.',
  next: 'Lower score.batch_size in the experiment and try again.',
} as const;
const none = { run: '', experiment: '' };

/** The side bar's page, in what it can show. */
export const liveScenes: Readonly<Record<string, Scene>> = {
  'live-no-experiment': { events: [], heading: none },
  'live-no-run': { events: [], heading: { run: '' } },
  'live-untrusted': { events: [], heading: none, trusted: false },
  'live-starting': { events: runs.begin(small, ago(2)).slice(0, 2) },
  'live-early': { events: [...runs.begin(small, ago(4)), at(1, { type: 'stage', stage: 'score' })] },
  'live-pieces': {
    events: [
      ...runs.begin(small, ago(48)),
      ...scored(small, 1.4),
      ...progress(41, 0.45, 'Block 3 of 8'),
      pieces,
    ],
  },
  'live-left': {
    events: [
      ...runs.begin(small, ago(48)),
      ...scored(small, 1.4),
      pieces,
      at(42, { type: 'finished', state: 'cancelled' }),
    ],
  },
  'live-scoring': {
    events: [...runs.begin(small, ago(48)), ...scored(small, 1.4), ...progress(41, 0.45, 'Block 3 of 8')],
  },
  'live-scoring-6': {
    events: [...runs.begin(oneTask, ago(48)), ...scored(oneTask, 0.4), ...progress(41, 0.4)],
  },
  'live-scoring-48': { events: [...runs.begin(deep, ago(48)), ...scored(deep, 0.6), ...progress(41, 0.6)] },
  'live-scoring-126': {
    events: [
      ...runs.begin(deepest, ago(9000)),
      ...scored(deepest, 1.2),
      ...progress(8900, 0.6, 'Loss and block 126 of 126, going back'),
    ],
  },
  'live-elsewhere': {
    events: [...runs.begin(small, ago(48)), ...scored(small, 1.4), ...progress(41, 0.45)],
    heading: { elsewhere: true },
  },
  'live-setback': {
    events: [
      ...runs.begin(small, ago(48)),
      ...runs.onSmallCard(),
      ...scored(small, 1.4).filter(({ type }) => type !== 'memory'),
      ...progress(41, 0.45),
    ],
  },
  'live-searching': {
    events: [
      ...runs.begin(small, ago(90), 'search'),
      ...scored(small, 3),
      ...search(4).filter(({ type }) => type !== 'progress'),
      ...progress(60, 0.55),
    ],
  },
  'live-paused': {
    events: [
      ...runs.begin(small, ago(90), 'search'),
      ...scored(small, 3),
      ...search(3).filter(({ type }) => type !== 'progress'),
      at(5, { type: 'search-steered', paused: true, trials: 8 }),
    ],
  },
  'live-training': {
    events: [...runs.begin(small, ago(90), 'train'), ...runs.train(small), ...progress(80, 0.78)],
  },
  'live-judging': {
    events: [
      ...runs.begin(small, ago(90), 'judge'),
      ...runs.train(small),
      ...judged(openVerdict()),
      ...progress(80, 0.55),
    ],
  },
  'live-judged': {
    events: [
      ...runs.begin(small, ago(900), 'judge'),
      ...runs.train(small),
      ...judged(betterVerdict()),
      ...runs.end({ type: 'finished', state: 'done' }),
    ],
  },
  'live-done': {
    events: [...runs.begin(small, ago(200)), ...runs.score(small, 3), ...runs.finish(small, [2, 3, 4])],
  },
  'live-done-126': {
    events: [
      ...runs.begin(deepest, ago(200)),
      ...runs.score(deepest, 2),
      ...runs.finish(
        deepest,
        [...Array(32).keys()].map((layer) => 36 + layer),
      ),
    ],
    heading: { recorded: true },
  },
  'live-searched': {
    events: [
      ...runs.begin(small, ago(4000), 'search'),
      ...runs.score(small, 3),
      ...search(5),
      ...searchEnd(),
      ...runs.finish(small, [2, 3, 4]),
    ],
  },
  'live-stopped': {
    events: [
      ...runs.begin(small, ago(4000)),
      ...runs.score(small, 1.5),
      ...runs.end({ type: 'finished', state: 'cancelled' }),
    ],
  },
  'live-failed': {
    events: [
      ...runs.begin(small, ago(100)),
      ...runs.score(small, 0.6),
      ...runs.end({ type: 'finished', state: 'failed', error: failure }),
    ],
  },
  'live-failed-early': {
    events: [
      ...runs.begin(small, ago(100)).slice(0, 2),
      ...runs.end({
        type: 'finished',
        state: 'failed',
        error: {
          code: 'model-missing',
          message: 'There is no model folder at models/tiny-lama.',
          next: 'Correct `model` in the experiment.',
        },
      }),
    ],
  },
};
