import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { LabError } from '../shared/errors';
import { systemCode } from './fileError';

/** What `git` answered. */
interface GitResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

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
  const { code, stdout, stderr } = await run(git, folder, ['rev-parse', '--show-toplevel']);
  const top = stdout.replace(/\r?\n$/, '');
  if (code === 0 && top !== '') return top;
  if (code !== 0 && !/not a git repository|must be run in a work tree/i.test(stderr)) {
    throw failed('rev-parse', stderr);
  }
  throw new LabError(
    'not-a-repository',
    `${folder} is in no git repository.`,
    'Run "git init" in the folder of the project.',
  );
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
    parts.push(await succeed(git, repository, ['diff', '--no-ext-diff', '--no-color', base, '--', ...known]));
  }
  for (const path of fresh) {
    const name = relative(repository, await realpath(path));
    const args = ['diff', '--no-ext-diff', '--no-color', '--no-index', '--', '/dev/null', name];
    const { code, stdout, stderr } = await run(git, repository, args);
    // Like diff itself, --no-index says 1 where the files differ.
    if (code > 1) throw failed('diff', stderr);
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
  await refuseIgnored(git, repository, paths);
  const status = await succeed(git, repository, [
    'status',
    '--porcelain=v1',
    '-z',
    '--untracked-files=all',
    '--',
    ...paths,
  ]);
  if (status === '') {
    const names = paths.map((path) => basename(path)).join(' and ');
    throw new LabError(
      'nothing-to-commit',
      `${names} did not change since the last commit.`,
      'Allocate first.',
    );
  }
  const fresh = await untracked({ repository, paths, git });
  const folder = await mkdtemp(join(tmpdir(), 'adapter-lab-'));
  try {
    const messageFile = join(folder, 'message');
    await writeFile(messageFile, message);
    // `commit --only` takes files that git knows; an intent to add makes new ones known without staging content.
    if (fresh.length > 0) await succeed(git, repository, ['add', '--intent-to-add', '--', ...fresh]);
    await succeed(git, repository, ['commit', '--quiet', '--only', '-F', messageFile, '--', ...paths]);
  } catch (thrown) {
    if (fresh.length > 0)
      await run(git, repository, ['rm', '--cached', '--quiet', '--ignore-unmatch', '--', ...fresh]);
    throw thrown;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return (await succeed(git, repository, ['rev-parse', 'HEAD'])).trim();
}

/** Those of the paths that git does not track and that exist; ignored files are not among them. */
async function untracked({ repository, paths, git = 'git' }: GitFiles): Promise<string[]> {
  const fresh: string[] = [];
  for (const path of paths) {
    const listed = await succeed(git, repository, [
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
  const { code, stdout, stderr } = await run(git, repository, ['check-ignore', '-z', '--', ...paths]);
  if (code > 1) throw failed('check-ignore', stderr);
  const ignored = stdout.split('\0').filter((path) => path !== '');
  if (ignored.length === 0) return;
  throw new LabError(
    'git-failed',
    `.gitignore excludes ${ignored.map((path) => basename(path)).join(' and ')} from the repository.`,
    'Take the file out of .gitignore.',
  );
}

const hasCommit = async (git: string, repository: string): Promise<boolean> =>
  (await run(git, repository, ['rev-parse', '--verify', '--quiet', 'HEAD'])).code === 0;

const emptyTree = async (git: string, repository: string): Promise<string> =>
  (await succeed(git, repository, ['hash-object', '-t', 'tree', '--stdin'])).trim();

async function succeed(git: string, folder: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(git, folder, args);
  if (code !== 0) throw failed(args[0] ?? '', stderr.trim() === '' ? stdout : stderr);
  return stdout;
}

const failed = (command: string, words: string): LabError =>
  new LabError(
    'git-failed',
    `git ${command} failed: ${words.trim() || 'it gave no reason'}`,
    'Correct what git complains about and try again.',
  );

/** Paths are taken literally: a `*` or `:` in a name is no pattern. */
function run(git: string, folder: string, args: readonly string[]): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, env: cleanEnvironment(), maxBuffer: 64 * 1024 * 1024, windowsHide: true };
    const child = execFile(git, ['--literal-pathspecs', ...args], options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(notStarted(git, folder, error));
      else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
    child.stdin?.end();
  });
}

function notStarted(git: string, folder: string, error: Error): LabError {
  const words =
    systemCode(error) === 'ENOENT' ? `there is no program "${git}", or no folder ${folder}` : error.message;
  return new LabError(
    'git-failed',
    `git could not be run: ${words}.`,
    'Install git, or set its path in git.path.',
    {
      cause: error,
    },
  );
}

/** What `git rev-parse --local-env-vars` names, and what changes the meaning of paths or the form of answers. */
const misleading =
  /^GIT_(?:ALTERNATE_OBJECT_DIRECTORIES|CONFIG|CONFIG_PARAMETERS|CONFIG_COUNT|OBJECT_DIRECTORY|DIR|WORK_TREE|IMPLICIT_WORK_TREE|GRAFT_FILE|INDEX_FILE|NO_REPLACE_OBJECTS|REPLACE_REF_BASE|PREFIX|SHALLOW_FILE|COMMON_DIR|INTERNAL_SUPER_PREFIX|NAMESPACE|(?:LITERAL|GLOB|NOGLOB|ICASE)_PATHSPECS|EXTERNAL_DIFF|TRACE.*)$/;

/** Without the variables that would point git to another repository, as in a hook or a terminal of one. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !misleading.test(name));
  // No editor and no question may wait for an answer that nobody sees; messages stay in English for the checks above.
  return { ...Object.fromEntries(entries), GIT_TERMINAL_PROMPT: '0', GIT_EDITOR: 'true', LC_ALL: 'C' };
}
