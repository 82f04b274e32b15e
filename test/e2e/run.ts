/**
 * Runs the tests in a real window, with the packaged extension installed:
 *
 *     npx tsx test/e2e/run.ts [part of a file's name]... [--grep PATTERN]
 *
 * Browser, server and extension host share this machine with each other, so a file with a failure gets a second try, in
 * a window of its own: what fails twice fails, and what did only once is named. Where more than two files fail it is not
 * the machine, and nothing is tried again.
 *
 * ADAPTER_LAB_VSIX names the package (default: the newest in dist/), ADAPTER_LAB_VSCODE the version of VS Code. Pictures
 * of failures lie in test/e2e/screenshots afterwards.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import { installVscode } from '../harness/installVscode';
import { Session } from '../harness/session';
import { requireSystem } from '../harness/system';
import { findVsix } from '../harness/vsix';
import { SCREENSHOTS } from '../harness/workbench';

/** Most files with a failure that are tried again. */
const TRIED_AGAIN = 2;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { grep: { type: 'string' } },
    allowPositionals: true,
  });
  const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.e2e.ts'))
    .filter((name) => positionals.length === 0 || positionals.some((part) => name.includes(part)))
    .sort();
  if (files.length === 0)
    throw new Error(`No test files${positionals.length ? ` match ${positionals.join(' ')}` : ''}.`);

  // Whatever is missing is better said once and now than by every test file.
  requireSystem();
  const vsix = findVsix();
  const install = await installVscode();
  console.log(`VS Code ${install.vscode}, ${relative(process.cwd(), vsix)}`);
  forgetPictures();

  const paths = files.map((file) => join(__dirname, file));
  const first = await runFiles(paths, values.grep);
  const again = [...new Set(first.failed.map(({ file }) => file))];
  if (again.length === 0 || again.length > TRIED_AGAIN || again.includes(''))
    return report(first.passed.length, first.failed.length);

  console.log(`\nTried again: ${again.map((file) => relative(__dirname, file)).join(', ')}`);
  const second = await runFiles(again, values.grep);
  const passedTwice = new Set(second.passed.map(({ title }) => title));
  for (const { title } of first.failed) {
    if (passedTwice.has(title)) console.log(`Failed once, passed at the second try: ${title}`);
  }
  const rest = first.passed.filter(({ file }) => !again.includes(file));
  return report(rest.length + second.passed.length, second.failed.length);
}

interface Ran {
  readonly title: string;
  readonly file: string;
}

/** @returns which tests passed and failed; a hook that fails counts as one */
async function runFiles(
  files: readonly string[],
  grep?: string,
): Promise<Record<'passed' | 'failed', Ran[]>> {
  const mocha = new Mocha({
    timeout: 120_000,
    slow: 10_000,
    forbidOnly: process.env['CI'] !== undefined,
    rootHooks: { afterEach: takePictures },
    ...(grep === undefined ? {} : { grep }),
  });
  files.forEach((file) => mocha.addFile(file));
  // Else the second run of a file would find no tests in it: they are declared when it is loaded.
  mocha.unloadFiles();
  const ran: Record<'passed' | 'failed', Ran[]> = { passed: [], failed: [] };
  const note = (test: Mocha.Runnable): Ran => ({ title: test.fullTitle(), file: test.file ?? '' });
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('pass', (test) => ran.passed.push(note(test)));
    runner.on('fail', (test) => {
      ran.failed.push(note(test));
      Session.open.forEach(({ workbench }) => (workbench.failure ??= test.fullTitle()));
    });
  });
  return ran;
}

function report(passed: number, failed: number): number {
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function takePictures(): Promise<void> {
  for (const session of Session.open) await session.workbench.pictureFailure();
}

/** Pictures of an earlier run would be taken for those of this one. */
function forgetPictures(): void {
  if (!existsSync(SCREENSHOTS)) return;
  for (const name of readdirSync(SCREENSHOTS)) {
    if (name.startsWith('failed-')) rmSync(join(SCREENSHOTS, name));
  }
}

main().then(
  // A test that threw half-way may have left something open; what the harness started ends with this process.
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
