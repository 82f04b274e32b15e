import type { RunEvent } from '../../src/shared/runEvents';
import type { SearchOutlook } from '../../src/shared/searchOutlook';
import { makeSpace } from '../../src/search/space';
import * as runs from '../../test/unit/webview/sampleRuns';
import { eventsOfStudy, sampleOutlook, sampleStudy } from '../../test/unit/webview/sampleStudy';
import { doublings, ranks, settingsOf } from '../../test/unit/search/studies';
import type { Scene } from './scene';

const run = '2025-03-04T09-12-30-mail-run';
const justNow = (): string => new Date(Date.now() - 41_000).toISOString();
const begun = (startedAt?: string): RunEvent[] => [
  ...runs.begin(runs.smallModel, startedAt, 'search'),
  ...runs.score(runs.smallModel, 3),
  { at: justNow(), type: 'wrote', path: 'scores.json' },
];
const told = (outlook: SearchOutlook): Pick<Scene, 'messages'> => ({
  messages: [{ type: 'outlook', run, outlook }],
});
const ended: RunEvent = {
  ...{ at: justNow(), type: 'search-ended', best: 4 },
  words: 'The next trial would gain 0.00006 accuracy on average; stopped after 7 of 8.',
};

const going = sampleStudy({ ended: 6, byHand: { 3: { rank: 4, layers: 0.5 } }, pruned: [1], failed: [2] });
const over = sampleStudy({ ended: 8, running: false });
const first = sampleStudy({ ended: 0 });
const losses = sampleStudy({
  settings: settingsOf({
    ...{ space: makeSpace([ranks(doublings(7))], ({ rank = 1 }) => 22_400 * rank), evaluations: 6 },
    ...{ seeds: [1, 2, 3], proposer: 'tpe', startup: 3 },
    objective: { metric: 'loss', direction: 'minimize', sizeWeight: 0.05 },
  }),
  measure: ({ rank = 1 }, seed) =>
    1.1 + 0.03 * (Math.log2(rank) - 4) ** 2 + 0.012 * Math.sin(seed * 3 + rank),
  ended: 4,
});
const many = sampleStudy({
  settings: settingsOf({
    space: makeSpace(
      [ranks(doublings(8)), ranks([2, 8, 32], 'mlp_rank'), ranks([1, 2, 4], 'experts')],
      ({ rank = 1, mlp_rank: mlp = 1, experts = 1 }) => 4000 * experts * (rank + 2 * mlp),
      3e6,
    ),
    ...{ evaluations: 24 },
  }),
  measure: ({ rank = 1, mlp_rank: mlp = 1, experts = 1 }) =>
    0.9 - 0.004 * (Math.log2(rank) - 5) ** 2 - 0.003 * (Math.log2(mlp) - 3) ** 2 + 0.004 * Math.log2(experts),
  ended: 19,
});

/** Trials that a cluster does. */
export const pieces: RunEvent = {
  ...{ at: justNow(), type: 'pieces', executor: 'slurm', waiting: 5, running: 3 },
  ...{ nodes: ['gpu-a100-07', 'gpu-a100-08'], why: 'Resources' },
};

/** Pages of rank searches, with what real studies expect. */
export const searchScenes: Readonly<Record<string, Scene>> = {
  'search-pieces': {
    events: [...begun(justNow()), ...eventsOfStudy(going), pieces],
    ...told(sampleOutlook(going)),
  },
  'search-left': {
    events: [
      ...begun(justNow()),
      ...eventsOfStudy(going),
      pieces,
      { at: justNow(), type: 'finished', state: 'cancelled' },
    ],
    ...told(sampleOutlook(going)),
  },
  'search-going': {
    events: [...begun(justNow()), ...eventsOfStudy(going)],
    ...told(sampleOutlook(going)),
    play: async (page) => {
      await page.locator('.search-tab canvas').first().focus();
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    },
  },
  'search-adding': {
    events: [
      ...begun(justNow()),
      ...eventsOfStudy(going).slice(0, -2),
      { at: justNow(), type: 'search-steered', paused: true, trials: 9 },
    ],
    ...told(sampleOutlook(going, { paused: true, waiting: [{ rank: 8, layers: 0.25 }] })),
    play: (page) => page.getByText('Add Trial').click(),
  },
  'search-tables': {
    events: [...begun(), ...eventsOfStudy(over), ended, ...runs.finish(runs.smallModel, [2, 3, 4])],
    state: { search: { run: '2025-03-04T09-12-30-mail-run', tables: ['model', 'best', 'front'], trial: 5 } },
    ...told(sampleOutlook(over)),
  },
  'search-over': {
    events: [...begun(), ...eventsOfStudy(over), ended, ...runs.finish(runs.smallModel, [2, 3, 4])],
    state: { search: { run: '2025-03-04T09-12-30-mail-run', axis: 'layers', at: { rank: 8 } } },
    ...told(sampleOutlook(over, { waiting: [{ rank: 64, layers: 0.25 }] })),
  },
  'search-first': { events: [...begun(justNow()), ...eventsOfStudy(first)], ...told(sampleOutlook(first)) },
  'search-losses': {
    events: [...begun(justNow()), ...eventsOfStudy(losses)],
    ...told(sampleOutlook(losses)),
  },
  'search-many': { events: [...begun(justNow()), ...eventsOfStudy(many)], ...told(sampleOutlook(many)) },
  'search-restricted': {
    events: [...begun(), ...eventsOfStudy(going), ...runs.end({ type: 'finished', state: 'cancelled' })],
    ...told(sampleOutlook(going)),
    trusted: false,
  },
};
