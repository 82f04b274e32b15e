import { Command } from 'commander';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeMachine, writeResult } from '../bench/results';
import type { Injected } from '../test/faults/campaign';

/**
 * `npm run test:faults [-- --kills N --seed N --minutes N --only PART]`: the fault campaign (test/faults/) with 200 kills and what is
 * in proportion of every other fault, where `npm test` has five; its table goes to bench/results/faults.json. Ends with an error
 * where anything was lost. What is injected follows from the seed; at which moment of a computation that is, hangs on the machine.
 */
const {
  kills,
  seed,
  minutes,
  only,
  record: kept,
  table: isTable = false,
} = new Command('test:faults')
  .option('--kills <number>', 'processes killed; other faults in proportion', Number, 200)
  .option('--seed <number>', 'of what is injected', Number, Math.floor(Date.now() / 86_400_000))
  .option('--minutes <number>', 'at most, a kind of fault: then no more of it is injected', Number, 60)
  .option('--only <part>', 'files of test/faults/ whose name begins so', '')
  .option(
    '--record <file>',
    'where injections are written down, a line each; one that is there is gone on with',
  )
  .option('--table', 'only the table of what stands in the record: of a campaign that was run in parts')
  .parse()
  .opts<{ kills: number; seed: number; minutes: number; only: string; record?: string; table?: boolean }>();

const root = path.resolve(__dirname, '..');
const bin = (name: string): string => path.join(root, 'node_modules', '.bin', name);
const scratch = mkdtempSync(path.join(tmpdir(), 'adapter-lab-faults-'));
const record = kept === undefined ? path.join(scratch, 'record.jsonl') : path.resolve(kept);

const run = (name: string, ...args: string[]): number =>
  spawnSync(bin(name), args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: {
      ...process.env,
      ADAPTER_LAB_FAULTS: String(kills),
      ADAPTER_LAB_SEED: String(seed),
      ADAPTER_LAB_FAULTS_MINUTES: String(minutes),
      ADAPTER_LAB_FAULTS_RECORD: record,
    },
  }).status ?? 1;

/** How many of each kind came to what. A job that was over before its fault came was not injected anything. */
function tableOf(injected: readonly Injected[]): Record<string, Record<string, number>> {
  const table: Record<string, Record<string, number>> = {};
  for (const { kind, outcome } of injected) {
    const row = (table[kind] ??= { injected: 0, resumed: 0, refused: 0, undisturbed: 0, missed: 0, lost: 0 });
    for (const name of outcome === 'missed' ? [outcome] : ['injected', outcome])
      row[name] = (row[name] ?? 0) + 1;
  }
  return table;
}

const began = performance.now();
const inject = (): number =>
  run('tsx', 'esbuild.config.ts', '--production') ||
  run('mocha', '--exit', '--require', 'tsx/cjs', `test/faults/${only}*.test.ts`);
const status = isTable ? 0 : inject();
const injected = (existsSync(record) ? readFileSync(record, 'utf8') : '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Injected);
rmSync(scratch, { recursive: true, force: true });
const lost = injected.filter(({ outcome }) => outcome === 'lost');
writeResult('faults', {
  machine: describeMachine(),
  seed,
  ...(isTable ? {} : { kills, minutes: Math.round((performance.now() - began) / 60_000) }),
  faults: tableOf(injected),
  lost: lost.map(({ kind, what, error }) => ({ kind, what, error })),
});
process.exit(status !== 0 || lost.length > 0 || injected.length === 0 ? 1 : 0);
