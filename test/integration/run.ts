/**
 * Runs the tests inside a real extension host, with the extension from its folder:
 *
 *     npx tsx test/integration/run.ts [part of a file's name]... [--grep PATTERN]
 *         [--extension FOLDER] [--tests FOLDER] [--workspace FOLDER]
 *
 * Here `require('vscode')` is the real thing. Modal dialogs are refused, as in every test host of VS Code: replace the
 * call in the test, or test the dialog in the window.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { launchChromium } from '../harness/chromium';
import { testVariables } from '../harness/environment';
import { installVscode } from '../harness/installVscode';
import { VscodeServer } from '../harness/server';
import { quietSettings } from '../harness/settings';
import { keepStill } from '../harness/still';
import { removeFolder, temporaryFolder } from '../harness/temporary';
import { makeWorkspace } from '../harness/workspace';
import { bundleTests } from './bundle';
import { withSourcePositions } from './positions';

const ROOT = resolve(__dirname, '../..');
/** Some ten times as long as it takes alone. */
const LIMIT = 30 * 60_000;

const { values, positionals } = parseArgs({
  options: {
    extension: { type: 'string', default: ROOT },
    tests: { type: 'string', default: __dirname },
    workspace: { type: 'string' },
    grep: { type: 'string' },
  },
  allowPositionals: true,
});

async function main(): Promise<number> {
  const extension = resolve(values.extension);
  const manifest = JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8')) as { main?: string };
  if (manifest.main && !existsSync(join(extension, manifest.main))) {
    throw new Error(`${join(extension, manifest.main)} is missing. \`npm run build\` makes it.`);
  }
  // Below the repository, so that the packages the tests use are found.
  const cache = join(ROOT, '.cache/integration');
  mkdirSync(cache, { recursive: true });
  const bundle = join(cache, 'index.cjs');
  if ((await bundleTests(resolve(values.tests), bundle, positionals)) === 0)
    throw new Error('No test files.');

  const home = temporaryFolder();
  const report = join(home, 'report.txt');
  const sample = join(ROOT, 'media/sample');
  const source = values.workspace ? resolve(values.workspace) : existsSync(sample) ? sample : {};
  const server = await VscodeServer.start({
    install: await installVscode(),
    state: join(home, 'state'),
    settings: quietSettings,
    smokeTestDriver: true,
    env: { ...testVariables(home), ADAPTER_LAB_REPORT: report, ADAPTER_LAB_GREP: values.grep ?? '' },
  });
  try {
    return await openAndWait(server, makeWorkspace(source, home), extension, bundle);
  } finally {
    if (existsSync(report)) process.stdout.write(withSourcePositions(readFileSync(report, 'utf8'), bundle));
    else console.error(`The tests did not start. The server wrote:\n${server.output}`);
    await server.stop();
    removeFolder(home);
  }
}

/** Opens the window that the extension host belongs to, and waits for the code that VS Code hands to the page. */
async function openAndWait(
  server: VscodeServer,
  folder: string,
  extension: string,
  bundle: string,
): Promise<number> {
  const browser = await launchChromium();
  let timer: NodeJS.Timeout | undefined;
  try {
    const context = await browser.newContext();
    await keepStill(context);
    const page = await context.newPage();
    const ended = new Promise<number>((done, fail) => {
      timer = setTimeout(
        () => fail(new Error(`No end after ${LIMIT / 60_000} minutes.\n${server.output}`)),
        LIMIT,
      );
      void server.ended.then(() => fail(new Error(`The server ended.\n${server.output}`)));
      page.exposeFunction('codeAutomationExit', done).catch(fail);
    });
    ended.catch(() => undefined);
    await page.exposeFunction('codeAutomationLog', () => undefined);
    const payload = [
      ['extensionDevelopmentPath', server.remoteUri(extension)],
      ['extensionTestsPath', server.remoteUri(bundle)],
    ];
    await page.goto(server.url(folder, { payload: JSON.stringify(payload) }), { timeout: 90_000 });
    return await ended;
  } finally {
    clearTimeout(timer);
    await browser.close();
  }
}

main().then(
  (code) => process.exit(code === 0 ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
