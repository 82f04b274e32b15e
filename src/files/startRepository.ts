import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../shared/errors';
import { findRepository } from './git';
import { runGit, succeedGit } from './gitProcess';

/**
 * Makes a folder a git repository with everything in it committed, unless it lies in one. Names are set in this repository
 * alone, and only for a user who has told git none, since git commits nothing without.
 *
 * @returns whether it was made
 * @throws LabError `git-failed`; the folder is no repository then, or lies in the one that git complains about
 */
export async function startRepository(folder: string, message: string, git = 'git'): Promise<boolean> {
  const isInOne = await findRepository(folder, git).then(
    () => true,
    (thrown: unknown) => {
      // Of a repository that git does not trust, for one, nothing is known: another one within it would hide it.
      if (thrown instanceof LabError && thrown.code === 'not-a-repository') return false;
      throw thrown;
    },
  );
  if (isInOne) return false;
  try {
    await succeedGit(git, folder, ['init', '--quiet']);
    await commitAll(folder, message, git);
  } catch (thrown) {
    // What is left would be taken for a repository with everything in it the next time.
    await rm(join(folder, '.git'), { recursive: true, force: true });
    throw thrown;
  }
  return true;
}

async function commitAll(folder: string, message: string, git: string): Promise<void> {
  for (const [key, value] of [
    ['user.name', 'Adapter Lab'],
    ['user.email', 'adapter-lab@localhost'],
  ] as const) {
    const { code, stdout } = await runGit(git, folder, ['config', key]);
    if (code !== 0 || stdout.trim() === '') await succeedGit(git, folder, ['config', key, value]);
  }
  await succeedGit(git, folder, ['add', '--all']);
  // Neither a signing key that asks for a password nor the user's hooks have a say in a sample.
  await succeedGit(git, folder, ['commit', '--quiet', '--no-gpg-sign', '--no-verify', '--message', message]);
}
