/**
 * Makes a fresh clone ready: installs the pinned packages when package-lock.json has changed, then builds the bundles.
 * `npm start` and `npm test` begin with it; it needs Node and npm alone, and a second call costs seconds.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.adapter-lab-setup');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    `Adapter Lab needs Node 20.19 or newer; this is ${process.versions.node}. Get one from nodejs.org or nvm.`,
  );
}

const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(readFileSync(join(root, '.npmrc')))
  .update(`${process.platform}-${process.arch}`)
  .digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.error('Installing packages (npm ci) …');
  npm('ci', '--no-progress', '--loglevel=error');
  writeFileSync(stamp, wanted);
}
npm('run', '--silent', 'build');

function npm(...args) {
  // npm tells its scripts where it lies; asked without npm, it is on the PATH.
  const cli = process.env.npm_execpath;
  const { status, error } = cli
    ? spawnSync(process.execPath, [cli, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (error !== undefined) fail(`npm could not be started: ${error.message}.`);
  if (status !== 0) fail(`npm ${args.join(' ')} failed; the lines above say why.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
