/**
 * Opens VS Code with the extension installed and a copy of the sample workspace in it:
 *
 *     npm run vscode [-- --browser] [-- --fresh]
 *
 * With your own VS Code where its command `code` is on the PATH; else, or with --browser, with VS Code's server out of
 * npm and whatever browser you have. --fresh starts the sample over. Both live in .sample/, which git ignores.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installVscode } from '../test/harness/installVscode';
import { VscodeServer } from '../test/harness/server';
import { findVsix } from '../test/harness/vsix';
import { findOnPath } from './lib/onPath';
import { prepareSampleWorkspace } from './lib/sampleWorkspace';

const ROOT = resolve(__dirname, '..');
const HOME = join(ROOT, '.sample');

/** What a new user of this window starts with, and may change: it is written once. */
const FIRST_SETTINGS = {
  'telemetry.telemetryLevel': 'off',
  // The only folder meant to be opened here is the sample, which this repository wrote.
  'security.workspace.trust.enabled': false,
  // The page that would open otherwise introduces the web edition of VS Code.
  'workbench.startupEditor': 'none',
};

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { browser: { type: 'boolean' }, fresh: { type: 'boolean' } } });
  const workspace = prepareSampleWorkspace(join(HOME, 'workspace'), { recreate: values.fresh === true });
  if (!process.env['ADAPTER_LAB_VSIX']) run('npm', 'run', '--silent', 'package');
  const vsix = findVsix();
  const code = values.browser ? undefined : findOnPath(['code', 'code.cmd']);
  if (code) {
    run(code, '--install-extension', vsix, '--force');
    run(code, workspace);
    console.log(`Opened ${relative(process.cwd(), workspace)} in VS Code.`);
    return;
  }
  await serve(workspace, vsix).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}\nThe extension is packaged: ${vsix}`);
  });
}

/** Serves VS Code on the loopback interface until Ctrl+C, to whoever has the address with its token. */
async function serve(workspace: string, vsix: string): Promise<void> {
  process.on('SIGINT', () => (process.exitCode = 0));
  const server = await VscodeServer.start({
    install: await installVscode(),
    state: join(HOME, 'vscode-data'),
    settings: FIRST_SETTINGS,
    vsix: [vsix],
    token: randomBytes(16).toString('hex'),
  });
  console.log(
    `\nOpen this address in a browser on this machine; Ctrl+C ends it.\n\n  ${server.url(workspace)}\n`,
  );
  await server.ended;
  // The way that Ctrl+C takes has the last word where it is under way.
  await new Promise((wait) => setTimeout(wait, 1000));
  throw new Error(`VS Code's server ended:\n${server.output.slice(-2000)}`);
}

function run(command: string, ...args: string[]): void {
  // Windows starts npm and code only through its shell.
  const windows = process.platform === 'win32';
  const quoted = windows ? [command, ...args].map((part) => `"${part}"`) : [command, ...args];
  const { status, error } = spawnSync(quoted[0]!, quoted.slice(1), {
    cwd: ROOT,
    stdio: 'inherit',
    shell: windows,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} failed.`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
