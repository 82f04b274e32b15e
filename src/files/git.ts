import { mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { LabError } from '../shared/errors';
import { gitFailed, runGit, succeedGit } from './gitProcess';

/** Files of one repository, by absolute path. */
export interface GitFiles {
  /** Absolute path of the work tree, from `findRepository`. */
  readonly repository: string;
  readonly paths: readonly string[];
  /** The git program; `git` on the PATH where absent. */
  readonly git?: string | undefined;
}

/**
 * The work tree that a file or folder lies in, as an absolute path.
 *
 * @throws LabError `not-a-repository` where there is none, `git-failed` where git cannot be run
 */
export async function findRepository(path: string, git = 'git'): Promise<string> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const folder = isFolder ? path : dirname(path);
  const { code, stdout, stderr } = await runGit(git, folder, ['rev-parse', '--show-toplevel']);
  const top = stdout.replace(/\r?\n$/, '');
  if (code === 0 && top !== '') return resolve(top);
  if (code !== 0 && !/not a git repository|must be run in a work tree/i.test(stderr)) {
    throw gitFailed('rev-parse', stderr);
  }
  throw new LabError(
    'not-a-repository',
    `${folder} is in no git repository.`,
    'Run "git init" in the folder of the project.',
  );
}

/** Whether a file lies in this work tree, whatever links lead to either, and not in another one beside it or within it. */
export async function isOfRepository(repository: string, path: string, git = 'git'): Promise<boolean> {
  // Git tells the tree's real path, which the editor may know by another name.
  const [own, theirs] = await Promise.all(
    [repository, path].map((one) =>
      findRepository(one, git)
        .then(realpath)
        .catch(() => undefined),
    ),
  );
  return own !== undefined && own === theirs;
}

/**
 * What a commit of these files would change, as a unified diff against the last commit; files that git does not know yet
 * count as added. Changes nothing in the repository. Empty where nothing differs.
 *
 * @throws LabError `git-failed`
 */
export async function diffOf({ repository, paths, git = 'git' }: GitFiles): Promise<string> {
  const fresh = await untracked({ repository, paths, git });
  const known = paths.filter((path) => !fresh.includes(path));
  const parts: string[] = [];
  if (known.length > 0) {
    const base = (await hasCommit(git, repository)) ? 'HEAD' : await emptyTree(git, repository);
    parts.push(
      await succeedGit(git, repository, ['diff', '--no-ext-diff', '--no-color', base, '--', ...known]),
    );
  }
  for (const path of fresh) {
    const name = relative(repository, await realpath(path));
    const args = ['diff', '--no-ext-diff', '--no-color', '--no-index', '--', '/dev/null', name];
    const { code, stdout, stderr } = await runGit(git, repository, args);
    // Like diff itself, --no-index says 1 where the files differ.
    if (code > 1) throw gitFailed('diff', stderr);
    parts.push(stdout);
  }
  return parts.join('');
}

/**
 * Commits these files as they are on disk and nothing else: what is staged of other files stays staged. Hooks run, and
 * whatever goes wrong, the repository is left as it was.
 *
 * @returns the new commit's id, 40 hex digits (64 in a SHA-256 repository)
 * @throws LabError `nothing-to-commit`, or `git-failed` with git's own words (a hook's refusal, a missing identity, a file
 *   that .gitignore excludes)
 */
export async function commitOnly(files: GitFiles & { readonly message: string }): Promise<string> {
  const { repository, paths, message, git = 'git' } = files;
  // Without paths git would take every file to be meant.
  if (paths.length === 0) throw nothingToCommit('No file was named');
  await refuseIgnored(git, repository, paths);
  const status = await succeedGit(git, repository, [
    'status',
    '--porcelain=v1',
    '-z',
    '--untracked-files=all',
    '--',
    ...paths,
  ]);
  if (status === '') {
    const names = paths.map((path) => basename(path)).join(' and ');
    throw nothingToCommit(`${names} did not change since the last commit`);
  }
  const fresh = await untracked({ repository, paths, git });
  const folder = await mkdtemp(join(tmpdir(), 'adapter-lab-'));
  try {
    const messageFile = join(folder, 'message');
    await writeFile(messageFile, message);
    // `commit --only` takes files that git knows; an intent to add makes new ones known without staging content.
    if (fresh.length > 0) await succeedGit(git, repository, ['add', '--intent-to-add', '--', ...fresh]);
    await succeedGit(git, repository, ['commit', '--quiet', '--only', '-F', messageFile, '--', ...paths]);
  } catch (thrown) {
    if (fresh.length > 0)
      await runGit(git, repository, ['rm', '--cached', '--quiet', '--ignore-unmatch', '--', ...fresh]);
    throw thrown;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return (await succeedGit(git, repository, ['rev-parse', 'HEAD'])).trim();
}

const nothingToCommit = (what: string): LabError =>
  new LabError('nothing-to-commit', `There is nothing to commit: ${what}.`, 'Allocate first.');

/** Those of the paths that git does not track and that exist; ignored files are not among them. */
async function untracked({ repository, paths, git = 'git' }: GitFiles): Promise<string[]> {
  const fresh: string[] = [];
  for (const path of paths) {
    const listed = await succeedGit(git, repository, [
      'ls-files',
      '--others',
      '--exclude-standard',
      '-z',
      '--',
      path,
    ]);
    if (listed !== '') fresh.push(path);
  }
  return fresh;
}

async function refuseIgnored(git: string, repository: string, paths: readonly string[]): Promise<void> {
  const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '-z', '--', ...paths];
  const ignored = (await succeedGit(git, repository, args)).split('\0').filter((path) => path !== '');
  if (ignored.length === 0) return;
  throw new LabError(
    'git-failed',
    `.gitignore excludes ${ignored.map((path) => basename(path)).join(' and ')} from the repository.`,
    'Take the file out of .gitignore.',
  );
}

const hasCommit = async (git: string, repository: string): Promise<boolean> =>
  (await runGit(git, repository, ['rev-parse', '--verify', '--quiet', 'HEAD'])).code === 0;

const emptyTree = async (git: string, repository: string): Promise<string> =>
  (await succeedGit(git, repository, ['hash-object', '-t', 'tree', '--stdin'])).trim();
