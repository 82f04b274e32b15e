import type { Draft, RowChange } from '../../src/shared/draft';
import type { RunEvent } from '../../src/shared/runEvents';
import type { RunHeading, ToWebview } from '../../src/shared/webviewProtocol';
import { draftOf } from '../../test/unit/webview/sampleDraft';
import * as runs from '../../test/unit/webview/sampleRuns';
import { describeCells, writeAndLeave, writeLimits } from './fieldPlays';
import { allocateAndCopy, editRanks, selectAndLock } from './mapPlays';
import type { Scene } from './scene';

const { deepestModel: deepest, oneTask, smallModel: small } = runs;

/** The run that the preview's page is open on. */
const run = '2025-03-04T09-12-30-mail-run';
const drafted = (
  events: readonly RunEvent[],
  rows: Readonly<Record<string, RowChange>> = {},
  change: Partial<Draft> = {},
  key = run,
): Extract<ToWebview, { type: 'draft' }> => ({
  type: 'draft',
  run: key,
  draft: draftOf(runs.stateOf(events), rows, change),
});

/** Bootstrap intervals for each layer, as a run tells them once a task is scored. */
const withIntervals = (events: readonly RunEvent[]): RunEvent[] => {
  const [task] = runs.stateOf(events).tasks;
  const layers = task?.layerStandardErrors ?? [];
  const roles = (task?.scores.length ?? 0) / layers.length;
  const intervals = layers.map((error, layer): [number, number] => {
    const value = (task?.scores ?? [])
      .slice(layer * roles, (layer + 1) * roles)
      .reduce((sum, one) => sum + one, 0);
    return [value - 1.7 * error, value + 2.3 * error];
  });
  return events.map((event) => (event.type === 'stability' ? { ...event, intervals } : event));
};

const six = withIntervals([
  ...runs.begin(oneTask),
  ...runs.score(oneTask, 1),
  ...runs.finish(oneTask, [2, 3]),
]);
const eight = [
  ...runs.begin(small),
  ...runs.score(small, 3, [0.82, 0.51, 0.12]),
  ...runs.finish(small, [2, 3]),
];
const many = [
  ...runs.begin(deepest),
  ...runs.score(deepest, 2),
  ...runs.finish(
    deepest,
    [...Array(32).keys()].map((layer) => 36 + layer),
  ),
];
const unplanned = [
  ...runs.begin(oneTask),
  ...runs.score(oneTask, 1),
  ...runs.end({ type: 'finished', state: 'done' }),
];
const at = (layer: number, name: string): string => `model.layers.${layer}.${name}`;
const edits: Record<string, RowChange> = {
  [at(3, 'self_attn.qkv_proj')]: { rank: 16, alpha: 32 },
  [at(2, 'mlp.up_proj')]: { experts: 0 },
  [at(2, 'mlp.down_proj')]: { locked: true },
  [at(4, 'self_attn.o_proj')]: { rank: 4, alpha: 8, experts: 2, locked: true },
};
const manyEdits: Record<string, RowChange> = {
  [at(37, 'self_attn.q_proj')]: { rank: 64, alpha: 128 },
  [at(38, 'mlp.down_proj')]: { locked: true },
  [at(40, 'mlp.gate_proj')]: { rank: 1, alpha: 2 },
};
const norms = (events: readonly RunEvent[]): Record<string, number> =>
  Object.fromEntries(
    runs
      .stateOf(events)
      .modules.filter(({ layer }) => layer < 3)
      .map(({ path, layer }, place) => [path, 0.02 * (1 + ((place * 7) % 11)) * (layer + 1)]),
  );
const recorded: Partial<RunHeading> = { recorded: true };
const focusCell =
  (row: number, column: number): Scene['play'] =>
  async (page) => {
    await page
      .locator(`.lines > :nth-child(${row + 1}) [role=gridcell]`)
      .nth(column)
      .click();
  };

/** The Allocation Map with a plan that is edited: few layers and many, and all that can stand in the way. */
export const mapScenes: Readonly<Record<string, Scene>> = {
  'map-six': {
    events: six,
    messages: [drafted(six, edits)],
    state: { quantity: 'rank' },
    play: async (page) => {
      await focusCell(2, 0)?.(page);
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Shift+ArrowDown');
    },
  },
  'map-experts-viridis': {
    events: eight,
    messages: [drafted(eight)],
    palette: 'viridis',
    state: { quantity: 'experts' },
  },
  'map-typing': {
    events: six,
    messages: [drafted(six, edits)],
    state: { quantity: 'rank', task: 'spam' },
    play: async (page) => {
      await focusCell(1, 0)?.(page);
      await page.keyboard.type('9999');
      await page.keyboard.press('Enter');
    },
  },
  'map-over': {
    events: six,
    messages: [
      drafted(six, edits, {
        limits: [
          { limit: 'layers', most: 2, used: 3 },
          { limit: 'parameters', most: 100_000, used: 231_456 },
          { limit: 'experts', most: 48, used: 22 },
          { limit: 'megabytes', most: 1.2, used: 0.926 },
        ],
      }),
    ],
    state: { quantity: 'parameters' },
  },
  'map-refused': {
    events: six,
    messages: [
      drafted(
        six,
        {},
        {
          refused: {
            code: 'budget-too-small',
            message: 'A budget of 1,000 parameters has no room for the locked modules, which have 12,288.',
            next: 'Raise the budget or unlock modules.',
          },
        },
      ),
    ],
    play: async (page) => {
      await page.getByRole('textbox', { name: 'Parameters' }).fill('lots');
      await page.keyboard.press('Enter');
    },
  },
  'map-menu': {
    events: six,
    messages: [drafted(six)],
    play: async (page) => {
      await page.locator('section.grid .menu-box vscode-button').click();
    },
  },
  'map-deepest': {
    events: many,
    messages: [drafted(many, manyEdits)],
    palette: 'cividis',
    state: { quantity: 'rank' },
    play: async (page) => {
      await page.locator('canvas').click({ position: { x: 260, y: 150 } });
      await focusCell(37, 0)?.(page);
    },
  },
  'map-scores-viridis': {
    events: many,
    messages: [drafted(many)],
    palette: 'viridis',
    state: { task: 'spam' },
  },
  'map-recorded': {
    events: six,
    heading: recorded,
    messages: [drafted(six)],
    state: { quantity: 'rank' },
  },
  'map-scored': {
    events: unplanned,
  },
  'map-unplanned': {
    events: unplanned,
    messages: [drafted(unplanned, {}, { method: undefined, control: undefined, limits: [] })],
  },
  'map-adapter': {
    events: six.filter(({ type }) => type === 'model'),
    heading: { kind: 'adapter', experiment: '', run: 'adapters/mail/adapter_config.json' },
    messages: [
      drafted(
        six,
        edits,
        {
          norms: norms(six),
          method: undefined,
          methods: [],
          limits: [],
          control: undefined,
          file: 'adapter_config.json',
        },
        'adapters/mail/adapter_config.json',
      ),
    ],
    state: { quantity: 'norm' },
    palette: 'cividis',
  },
  'map-edited': {
    events: six,
    messages: [drafted(six)],
    state: { quantity: 'rank' },
    play: (page) => editRanks(page, drafted(six)),
  },
  'map-selected': {
    events: six,
    messages: [drafted(six)],
    state: { quantity: 'rank' },
    play: selectAndLock,
  },
  'map-left': {
    events: six,
    messages: [drafted(six)],
    state: { quantity: 'rank' },
    play: writeAndLeave,
  },
  'map-described': {
    events: six,
    messages: [drafted(six)],
    state: { quantity: 'rank' },
    play: describeCells,
  },
  'map-limits': {
    events: six,
    messages: [drafted(six)],
    state: { quantity: 'rank' },
    play: (page) =>
      writeLimits(
        page,
        {
          ...drafted(
            six,
            {},
            { refused: { code: 'budget-too-small', message: 'No room.', next: 'Raise the budget.' } },
          ),
          answered: 1,
        },
        [
          {
            type: 'open',
            heading: { kind: 'run', run: 'other', experiment: 'other.adapter.yaml', recorded: false },
            events: six,
            trusted: true,
            palette: 'theme',
          },
          drafted(six, {}, {}, 'other'),
        ],
      ),
  },
  'map-copied': {
    events: six,
    messages: [drafted(six, edits)],
    state: { quantity: 'rank' },
    play: allocateAndCopy,
  },
};
