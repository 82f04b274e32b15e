import { softwareCard } from './softwareCard';

/** One part of `npm test`: a command, and how its closing line gives the counts. */
export interface Suite {
  readonly name: string;
  readonly command: readonly string[];
  /** Asked when the suite's turn comes. Undefined: the system lacks what it needs. */
  readonly env?: () => Readonly<Record<string, string>> | undefined;
  /** `check`: passes or fails as one. `mocha`: counts as Mocha prints them. `counts`: a line `N passed, N failed`. */
  readonly counts: 'check' | 'mocha' | 'counts';
  /** Neighbors of one name run at once: they use one core each, and nothing in them depends on time. */
  readonly together?: string;
  /** Needs a browser, or the software card that comes with it: where the system lacks it, these files' tests count as skipped. */
  readonly browser?: { readonly folder: string; readonly ending: string };
  /** It says itself what it lacks, and is skipped then, whole. */
  readonly maySkip?: true;
}

const mocha = (...patterns: string[]): string[] => [
  'mocha',
  // An engine that a failed test left behind must not keep the suite from ending.
  '--exit',
  '--require',
  'tsx/cjs',
  '--timeout',
  '60000',
  ...patterns,
];

export const suites: readonly Suite[] = [
  ...[
    { name: 'types', command: ['tsc', '-p', '.'] },
    { name: 'types of the pages', command: ['tsc', '-p', 'webview', '--noEmit'] },
    { name: 'lint and import arrows', command: ['eslint', '.', '--max-warnings', '0'] },
    { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
  ].map((one): Suite => ({ ...one, counts: 'check', together: 'checks' })),
  { name: 'package', command: ['tsx', 'scripts/package.ts'], counts: 'check' },
  { name: 'what is packaged', command: mocha('test/package/**/*.test.ts'), counts: 'mocha' },
  // Two files at a time: most use one core. What uses both takes longer for it.
  {
    name: 'unit',
    command: mocha('--parallel', '--jobs', '2', '--timeout', '120000', 'test/unit/**/*.test.ts'),
    counts: 'mocha',
  },
  ...['native', 'wasm', 'cpu'].map((device): Suite => ({
    name: `reference on ${device}`,
    command: mocha('test/reference/**/*.test.ts'),
    env: () => ({ ADAPTER_LAB_TEST_DEVICE: device }),
    counts: 'mocha',
    together: 'reference',
  })),
  {
    name: 'webgpu on a software card',
    command: mocha('test/webgpu/**/*.test.ts', 'test/reference/**/*.test.ts'),
    env: () => {
      const card = softwareCard();
      return card && { ...card, ADAPTER_LAB_TEST_DEVICE: 'webgpu' };
    },
    counts: 'mocha',
    browser: { folder: 'test/webgpu', ending: '.test.ts' },
  },
  {
    name: 'pages in Chromium',
    command: mocha('test/pages/**/*.test.ts'),
    counts: 'mocha',
    browser: { folder: 'test/pages', ending: '.test.ts' },
  },
  { name: 'command line', command: mocha('test/cli/**/*.test.ts'), counts: 'mocha' },
  // A real cluster; says itself what it lacks where it cannot be, and is skipped then.
  { name: 'Slurm', command: mocha('test/slurm/**/*.test.ts'), counts: 'mocha', maySkip: true },
  // Of each kind a few; npm run test:faults has the campaign.
  { name: 'faults', command: mocha('test/faults/**/*.test.ts'), counts: 'mocha' },
  {
    name: 'extension host',
    command: ['tsx', 'test/integration/run.ts'],
    counts: 'counts',
    browser: { folder: 'test/integration', ending: '.test.ts' },
  },
  {
    name: 'VS Code window',
    command: ['tsx', 'test/e2e/run.ts'],
    counts: 'counts',
    browser: { folder: 'test/e2e', ending: '.e2e.ts' },
  },
];
