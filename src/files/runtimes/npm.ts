import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LabError } from '../../shared/errors';
import { runProgram } from './program';

/** What an outer `npm run` leaves behind about the package that it runs in. */
const outer = /^npm_(lifecycle|package)_|^npm_config_((local|global)_)?prefix$|^npm_config_workspaces?$/i;
const windows = process.platform === 'win32';

/**
 * Lays down what a folder's lock file pins. It is the user's own npm: its registry, proxy and credentials count. It checks
 * each package against the SHA-512 of the lock file, and runs no code of theirs.
 *
 * @param folder holds package.json and package-lock.json
 * @throws LabError `runtime-unavailable` where there is no npm, `runtime-install-failed` with its own words, `disk-full`,
 *   `cancelled`
 */
export async function npmInstall(
  folder: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<void> {
  if (!isOnPath(env)) {
    throw new LabError(
      'runtime-unavailable',
      'There is no npm on the PATH, which fetches the packages.',
      'Install Node.js, which brings npm, or name its program in the setting adapterLab.nodePath.',
    );
  }
  // What a user's npmrc may say otherwise is said here.
  const args = [
    ...['ci', '--ignore-scripts', '--omit=dev', '--install-strategy=hoisted', '--no-bin-links'],
    ...['--package-lock=true', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'],
  ];
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !outer.test(name)));
  const { code, stderr } = await runProgram('npm', args, { cwd: folder, env: kept, signal, shell: windows });
  if (code === 0) return;
  if (/\bENOSPC\b/.test(stderr)) {
    throw new LabError(
      'disk-full',
      `The disk is full: npm could not write below ${folder}.`,
      'Free some space, then install again.',
    );
  }
  throw new LabError(
    'runtime-install-failed',
    `npm could not fetch the packages: ${npmReason(stderr) || `it ended with exit code ${code}`}.`,
    'Check the connection and the settings of npm, then install again.',
  );
}

/**
 * The line of npm's errors that says what is wrong. Codes and system calls stand above it; advice and the place of the log
 * below it.
 */
export function npmReason(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => /^npm (?:error|ERR!)\s?(.*)$/.exec(line)?.[1]?.trim() ?? '')
    .filter((line) => line !== '' && !/^(code|syscall|errno|path|dest|A complete log)\b/.test(line));
  const last = stderr.trim().split('\n').at(-1)?.trim() ?? '';
  return (lines[0] ?? last).replace(/\.$/, '').slice(0, 300);
}

/** Windows gives the variable in any case, and starts npm by its script. */
function isOnPath(env: NodeJS.ProcessEnv): boolean {
  const path = Object.entries(env).find(([name]) => name.toUpperCase() === 'PATH')?.[1] ?? '';
  const names = windows ? ['npm.cmd', 'npm.exe'] : ['npm'];
  return path
    .split(delimiter)
    .some((folder) => folder !== '' && names.some((name) => existsSync(join(folder, name))));
}
