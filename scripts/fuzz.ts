import { Command } from 'commander';
import { describeMachine, writeResult } from '../bench/results';
import { loadPython } from '../src/configs/trainers/python/pythonParser';
import { syntaxes } from '../src/configs/trainers/tree';
import { fuzz } from '../test/unit/configs/trainers/fuzzing';

/**
 * `npm run fuzz [-- --runs N --seed N --minutes N]`: reads mutated texts of the corpus with every parser of trainers' files
 * and writes what broke to bench/results/fuzz.json.
 */
const { runs, seed, minutes } = new Command('fuzz')
  .option('--runs <number>', 'mutated texts a parser', Number, 100_000)
  .option('--seed <number>', 'of the mutations', Number, 2)
  .option('--minutes <number>', 'at most, a parser', Number, 60)
  .parse()
  .opts<{ runs: number; seed: number; minutes: number }>();

async function main(): Promise<void> {
  const parsers = { python: await loadPython() };
  const told: Record<string, unknown> = {};
  for (const syntax of syntaxes) {
    const started = performance.now();
    const report = fuzz(syntax, runs, seed, parsers, started + minutes * 60_000);
    if (report.failures.length > 0) process.exitCode = 1;
    told[syntax] = {
      ...report,
      seconds: Math.round((performance.now() - started) / 1000),
      failures: report.failures.length,
      firstFailures: report.failures.slice(0, 5),
    };
  }
  writeResult('fuzz', { machine: describeMachine(), seed, asked: runs, parsers: told });
}

void main();
