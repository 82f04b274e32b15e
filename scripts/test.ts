import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ensureSystem } from '../test/harness/system';
import { failuresOf, reportOf, type Failure } from './lib/failures';
import { suites, type Suite } from './lib/suites';

/**
 * `npm test [-- part of a suite's name]...`: every suite in turn, closing with each failure once more, then
 * `N passed, N failed[, N skipped]`: of a long output often only the end is kept.
 * The window tests need git and Chromium: as root on Debian they are installed, else those tests are skipped and the one
 * command that installs them is printed. In CI a skipped test is a failure where it could have been installed.
 */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const root = path.resolve(__dirname, '..');

async function main(): Promise<number> {
  const wanted = process.argv.slice(2);
  const chosen = suites.filter(
    ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
  );
  const system = chosen.some(({ browser }) => browser) ? ensureSystem() : undefined;
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: Failure[] = [];
  /** Skipped, where a suite may not be. */
  let missing = 0;
  const countsOfOne = async (suite: Suite, alone: boolean): Promise<void> => {
    if (alone) console.log(`\n=== ${suite.name}`);
    const env = suite.env === undefined ? {} : suite.env();
    const lacking = env === undefined || (suite.browser !== undefined && system?.ok === false);
    const { output, ...counts } = lacking ? { ...skipped(suite), output: '' } : await run(suite, env, alone);
    if (counts.failed > 0) failures.push(...failuresOf(suite, output));
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    if (!suite.maySkip) missing += counts.skipped;
  };
  for (let first = 0; first < chosen.length;) {
    const { together } = chosen[first] as Suite;
    const end = chosen.findIndex(
      (suite, at) => at > first && (together === undefined || suite.together !== together),
    );
    const turn = chosen.slice(first, end < 0 ? chosen.length : end);
    await Promise.all(turn.map((suite) => countsOfOne(suite, turn.length === 1)));
    first += turn.length;
  }
  if (failures.length > 0) console.log(`\n=== What failed\n${reportOf(failures)}`);
  if (system?.ok === false) {
    console.log(
      `\nThe tests in a window and on a software card were skipped: ${system.missing.join(', ')} missing. Install with:\n  ${system.command}`,
    );
  }
  console.log(
    `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
  );
  // As root what is lacking could have been installed.
  const isLacking = process.getuid?.() === 0 && missing > 0;
  return total.failed > 0 || isLacking ? 1 : 0;
}

/** @param alone its output is shown as it comes; else when it has ended, in one piece */
async function run(
  suite: Suite,
  env: Readonly<Record<string, string>>,
  alone: boolean,
): Promise<Counts & { output: string }> {
  const started = performance.now();
  const [program = '', ...args] = suite.command;
  const child = spawn(path.join(root, 'node_modules', '.bin', program), args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (alone) process.stdout.write(text);
    });
  }
  const code = await new Promise<number>((resolve) => child.on('close', (exit) => resolve(exit ?? 1)));
  const counts = countsOf(suite, output, code);
  if (!alone) console.log(`\n=== ${suite.name}\n${output}`);
  console.log(
    `--- ${suite.name}: ${counts.passed} passed, ${counts.failed} failed, ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
  return { ...counts, output };
}

/** A suite that dies without its closing line, or fails without a failed test, is one failure: never a silent pass. */
function countsOf({ counts, maySkip }: Suite, output: string, code: number): Counts {
  const number = (pattern: RegExp): number => Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0);
  const found: Counts =
    counts === 'check'
      ? { passed: code === 0 ? 1 : 0, failed: 0, skipped: 0 }
      : counts === 'mocha'
        ? {
            passed: number(/(\d+) passing/g),
            failed: number(/(\d+) failing/g),
            skipped: number(/(\d+) pending/g),
          }
        : { passed: number(/(\d+) passed/g), failed: number(/\d+ passed, (\d+) failed/g), skipped: 0 };
  const silent =
    found.failed === 0 && (code !== 0 || (found.passed === 0 && !(maySkip && found.skipped > 0)));
  return silent ? { ...found, failed: 1 } : found;
}

/** How many tests stand in the files of a suite that cannot run. */
function skipped({ browser }: Suite): Counts {
  if (browser === undefined) return { passed: 0, failed: 0, skipped: 0 };
  const folder = path.join(root, browser.folder);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith(browser.ending),
  );
  const tests = files.map(
    (name) => readFileSync(path.join(folder, name), 'utf8').match(/^\s*it\(/gm)?.length ?? 0,
  );
  return { passed: 0, failed: 0, skipped: tests.reduce((sum, count) => sum + count, 0) };
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
