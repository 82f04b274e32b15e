import { execFileSync } from 'node:child_process';

/** Runs git in a folder and returns what it wrote, or undefined when it failed. */
export function git(folder: string, ...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

/**
 * Makes a folder a repository with everything in it committed. A user who has told git a name and an address keeps
 * them; for one who has not, names are set in this repository alone, since git commits nothing without. `ownIdentity`
 * sets them in any case, for tests that run without the user's settings.
 */
export function startRepository(
  folder: string,
  message: string,
  options: { ownIdentity?: boolean } = {},
): void {
  const must = (...args: string[]): void => void execFileSync('git', args, { cwd: folder, stdio: 'pipe' });
  must('init', '--quiet', '--initial-branch', 'main');
  for (const [key, value] of [
    ['user.name', 'Adapter Lab'],
    ['user.email', 'adapter-lab@localhost'],
  ] as const) {
    if (options.ownIdentity || !git(folder, 'config', key)) must('config', key, value);
  }
  must('add', '--all');
  // Neither a signing key that asks for a password nor the user's hooks have a say in a sample.
  must('commit', '--quiet', '--allow-empty', '--no-gpg-sign', '--no-verify', '--message', message);
}
