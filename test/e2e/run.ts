/**
 * Runs the tests in a real window, with the packaged extension installed:
 *
 *     npx tsx test/e2e/run.ts [part of a file's name]... [--grep PATTERN]
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

  const mocha = new Mocha({
    timeout: 120_000,
    slow: 10_000,
    forbidOnly: process.env['CI'] !== undefined,
    rootHooks: { afterEach: takePictures },
    ...(values.grep === undefined ? {} : { grep: values.grep }),
  });
  files.forEach((file) => mocha.addFile(join(__dirname, file)));
  return new Promise((resolve) => {
    const runner = mocha.run((failures) => {
      console.log(`${runner.stats?.passes ?? 0} passed, ${failures} failed`);
      resolve(failures === 0 ? 0 : 1);
    });
    runner.on('fail', (test) =>
      Session.open.forEach(({ workbench }) => (workbench.failure ??= test.fullTitle())),
    );
  });
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
