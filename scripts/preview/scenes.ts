import { mapScenes } from './mapScenes';
import type { Scene } from './scene';
import * as runs from '../../test/unit/webview/sampleRuns';
import { searchScenes } from './searchScenes';
import { search, searchEnd } from '../../test/unit/webview/sampleSearch';
import { stayBehindTab } from './tabPlays';
import { trainingScenes } from './trainingScenes';
import { verdictScenes } from './verdictScenes';

const { smallModel: small, deepModel: deep, deepestModel: deepest, oneTask } = runs;
const justNow = (): string => new Date(Date.now() - 41_000).toISOString();
const done = [
  ...runs.begin(small),
  ...runs.score(small, 3, [0.82, 0.51, 0.12]),
  ...runs.finish(small, [2, 3, 4]),
];
const keptDeep = [9, 10, 11, 12, 14, 15, 16, 17, 19, 20, 22, 23];
export const scenes: Readonly<Record<string, Scene>> = {
  ...mapScenes,
  empty: { events: [], heading: { run: '' } },
  starting: { events: runs.begin(small, justNow()) },
  running: { events: [...runs.begin(small, justNow()), ...runs.score(small, 1.4)] },
  'running-one': { events: [...runs.begin(oneTask, justNow()), ...runs.score(oneTask, 0.5)] },
  done: { events: done },
  'done-tip': {
    events: done,
    state: { task: 'topic', quantity: 'experts' },
    play: async (page) => {
      await page.locator('[role=gridcell]').first().focus();
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
      await page.locator('.tip:visible').first().waitFor();
    },
  },
  ...searchScenes,
  training: { events: [...runs.begin(small, justNow(), 'train'), ...runs.train(small)] },
  'training-long': {
    events: [...runs.begin(small, justNow(), 'train'), ...runs.trainLong(5, 4000)],
  },
  // The chart is as it was after it has been away.
  'chart-again': {
    events: done,
    play: async (page) => {
      const table = page.getByText('Show as table');
      await table.click();
      await page.waitForTimeout(100);
      await table.click();
      await page.waitForTimeout(100);
    },
  },
  searching: {
    events: [
      ...runs.begin(small, justNow(), 'search'),
      ...runs.score(small, 3),
      { at: justNow(), type: 'wrote', path: 'scores.json' },
      ...search(4),
    ],
  },
  searched: {
    events: [
      ...runs.begin(small, undefined, 'search'),
      ...runs.score(small, 3),
      ...search(5),
      ...searchEnd(),
      ...runs.finish(small, [2, 3, 4]),
    ],
  },
  // Tabs come while one is looked at.
  'tabs-come': {
    events: [...runs.begin(small, justNow(), 'search'), ...runs.score(small, 3)],
    play: (page) =>
      stayBehindTab(page, runs.train(small), [
        { at: justNow(), type: 'wrote', path: 'scores.json' },
        ...search(4),
      ]),
  },
  'search-cancelled': {
    events: [
      ...runs.begin(small, undefined, 'search'),
      ...runs.score(small, 3),
      { at: justNow(), type: 'wrote', path: 'scores.json' },
      ...search(2),
      ...runs.end({ type: 'finished', state: 'cancelled' }),
    ],
  },
  'small-card': {
    events: [
      ...runs.begin(small, justNow()),
      ...runs.onSmallCard(),
      ...runs.score(small, 1.4).filter(({ type }) => type !== 'memory'),
    ],
  },
  'done-table': { events: done, state: { asTable: true, task: 'spam', quantity: 'parameters' } },
  'done-deep': { events: [...runs.begin(deep), ...runs.score(deep, 1), ...runs.finish(deep, keptDeep)] },
  'done-deepest': {
    events: [
      ...runs.begin(deepest),
      ...runs.score(deepest, 2),
      ...runs.finish(
        deepest,
        [...Array(32).keys()].map((layer) => 36 + layer),
      ),
    ],
    heading: { recorded: true },
    state: { quantity: 'rank' },
    play: async (page) => {
      await page.locator('canvas').hover();
    },
  },
  failed: {
    events: [
      ...runs.begin(small),
      ...runs.score(small, 0.6),
      ...runs.end({
        type: 'finished',
        state: 'failed',
        error: {
          code: 'out-of-memory',
          message: 'The engine ran out of memory in layer 5 of models/tiny-llama with a batch of 32 samples.',
          next: 'Lower score.batch_size in the experiment and try again.',
        },
      }),
    ],
  },
  'failed-early': {
    events: [
      ...runs.begin(small).slice(0, 2),
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
  cancelled: {
    events: [
      ...runs.begin(small),
      ...runs.score(small, 1.5),
      ...runs.end({ type: 'finished', state: 'cancelled' }),
    ],
  },
  untrusted: { events: done, trusted: false },
  'untrusted-empty': { events: [], heading: { run: '' }, trusted: false },
  ...trainingScenes,
  ...verdictScenes,
};
