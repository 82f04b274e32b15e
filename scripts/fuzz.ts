import { Command } from 'commander';
import { describeMachine, writeResult } from '../bench/results';
import { mapAtMost } from '../src/shared/mapAtMost';
import { targets } from '../test/fuzz/targets';
import { runsOf } from '../test/fuzz/shares';
import { fuzzWatched } from '../test/fuzz/watched';

/**
 * `npm run fuzz [-- --runs N --seed N --minutes N --target NAME]`: gives every reader of strangers' files and messages mutated
 * ones, and writes what broke to bench/results/fuzz.json.
 *
 * Mutations are guided by coverage (test/fuzz/coverage.ts).
 */
const {
  runs,
  seed,
  minutes,
  jobs,
  target: wanted,
} = new Command('fuzz')
  .option('--runs <number>', 'inputs of all targets together, or of the one that is named', Number, 1_000_000)
  .option('--seed <number>', 'of the mutations', Number, 2)
  .option('--minutes <number>', 'at most, a target', Number, 60)
  .option('--jobs <number>', 'targets at a time', Number, 2)
  .option('--target <name>', `only this one: ${targets.map(({ name }) => name).join(', ')}`)
  .parse()
  .opts<{ runs: number; seed: number; minutes: number; jobs: number; target?: string }>();

async function main(): Promise<void> {
  const shares = [...(wanted === undefined ? runsOf(runs) : new Map([[wanted, runs]]))];
  const reports = await mapAtMost(jobs, shares, async ([name, share]) => {
    const started = performance.now();
    const { failures, ...counts } = await fuzzWatched(name, {
      ...{ runs: share, seed, guided: true, forMs: minutes * 60_000, limitMs: 2000, hangMs: 60_000 },
    });
    console.error(`${name}: ${counts.runs} inputs, ${failures.length} kinds of failures`);
    return { name, ...counts, seconds: Math.round((performance.now() - started) / 1000), failures };
  });
  const inputs = reports.reduce((sum, report) => sum + report.runs, 0);
  const failures = reports.reduce((sum, report) => sum + report.failures.length, 0);
  if (failures > 0) process.exitCode = 1;
  writeResult('fuzz', { machine: describeMachine(), seed, inputs, failures, targets: reports });
}

void main();
