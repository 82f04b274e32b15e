import { execFile } from 'node:child_process';
import { LabError } from '../shared/errors';
import { systemCode } from './fileError';

/** What git answered. */
export interface GitResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs git and gives what it printed.
 *
 * @throws LabError `git-failed` with git's own words where it fails or cannot be run
 */
export async function succeedGit(git: string, folder: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runGit(git, folder, args);
  if (code !== 0) throw gitFailed(args[0] ?? '', stderr.trim() === '' ? stdout : stderr);
  return stdout;
}

export const gitFailed = (command: string, words: string): LabError =>
  new LabError(
    'git-failed',
    `git ${command} failed: ${words.trim() || 'it gave no reason'}`,
    /tell me who you are/i.test(words)
      ? 'Run: git config --global user.name "Your Name" and git config --global user.email you@example.com.'
      : 'Correct what git complains about and try again.',
  );

/**
 * Runs git in a folder. Paths are taken literally: a `*` or `:` in a name is no pattern.
 *
 * @throws LabError `git-failed` where git cannot be run at all; what it answers, failure too, is the result
 */
export function runGit(git: string, folder: string, args: readonly string[]): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd: folder,
      env: environment(args[0] === 'commit'),
      maxBuffer: 64 * 1024 * 1024,
      windowsHide: true,
    };
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

/**
 * Without the variables that would point git to another repository, as in a hook or a terminal of one.
 *
 * @param hooks whether hooks run: they get the user's own language; answers that we read come in English
 */
function environment(hooks: boolean): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !misleading.test(name));
  // No editor and no question may wait for an answer that nobody sees.
  const quiet = { GIT_TERMINAL_PROMPT: '0', GIT_EDITOR: 'true' };
  return { ...Object.fromEntries(entries), ...quiet, ...(hooks ? {} : { LC_ALL: 'C' }) };
}
