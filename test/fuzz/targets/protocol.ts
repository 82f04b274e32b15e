import { decodeFromWebview } from '../../../src/shared/decodeFromWebview';
import { notifications, requests } from '../../../src/shared/protocol';
import { mutateJson } from '../mutators/json';
import { textOf, type FuzzTarget, type Seed } from '../target';

const seedOf = (name: string, value: unknown): Seed => ({ name, input: JSON.stringify(value) });
const order = { experiment: '/x.adapter.yaml', run: '/run', device: 'auto', resume: false };
const device = { device: 'wasm', available: true, description: 'SIMD', gflops: 4, memoryBytes: 1e9 };

const messages: readonly Seed[] = [
  seedOf('hello', { protocol: 6 }),
  seedOf('hello’s answer', { protocol: 6, version: '1', node: '20', pid: 7 }),
  seedOf('devices', { devices: [device] }),
  seedOf('score', { ...order, job: 'score', processes: 2 }),
  seedOf('search', { ...order, job: 'search' }),
  seedOf('train', order),
  seedOf('run', { run: '/run' }),
  seedOf('heartbeat', { rssBytes: 1e8 }),
  seedOf('log', { level: 'info', message: 'said' }),
];
const schemas = [
  ...Object.values(requests).flatMap(({ params, result }) => [params, result]),
  ...Object.values(notifications),
];

/** Messages between editor and engine, both ways: every schema of the table is given every message. */
const engine: FuzzTarget = {
  name: 'engine-messages',
  open: () =>
    Promise.resolve({
      seeds: messages,
      mutate: ({ input }, random) => mutateJson(textOf(input), [], random),
      read: (input) => {
        const value = parsed(textOf(input));
        return schemas.filter((schema) => schema.safeParse(value).success).length > 0;
      },
    }),
};

const row = { rank: 4, alpha: 8, experts: 1, locked: true };
const fromPage: readonly Seed[] = [
  seedOf('ready', { type: 'ready' }),
  seedOf('action', { type: 'action', action: 'score' }),
  seedOf('rows', { type: 'change', number: 1, change: { change: 'rows', label: 'q', rows: { 'a.b': row } } }),
  seedOf('allocate', {
    type: 'change',
    change: {
      change: 'allocate',
      method: 'floe',
      budget: { layers: { share: 0.5 }, parameters: null, experts: 3 },
    },
  }),
  seedOf('steer', { type: 'steer', steering: { type: 'add', point: { rank: 4 } } }),
  seedOf('comparing', { type: 'comparing', deed: 'swap' }),
  seedOf('copy', { type: 'copy', text: 'x', what: 'The table' }),
  seedOf('picture', { type: 'picture', name: 'map', png: 'data:image/png;base64,AAAA' }),
];

/** Messages from a page. */
const page: FuzzTarget = {
  name: 'page-messages',
  open: () =>
    Promise.resolve({
      seeds: fromPage,
      mutate: ({ input }, random) => mutateJson(textOf(input), [], random),
      read: (input) => {
        const value = parsed(textOf(input));
        const message = decodeFromWebview(value);
        if (message?.type === 'change' && message.change.change === 'rows')
          for (const path of Object.keys(message.change.rows)) void message.change.rows[path]?.rank;
        return message !== undefined;
      },
    }),
};

/** As the channel gives it; what is no JSON comes as the text itself. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const protocol: readonly FuzzTarget[] = [engine, page];
