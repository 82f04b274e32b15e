import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ErrorCode } from '../../src/shared/errors';

export const root = path.join(__dirname, '..', '..');
const bin = path.join(root, 'bin', 'adapter-lab.mjs');

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Options {
  readonly cwd?: string;
  /** Beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** In a process group of its own, as a shell starts it. */
  readonly group?: boolean;
  readonly started?: (child: ChildProcess) => void;
  /** Called with all of standard error whenever there is more of it. */
  readonly watch?: (stderr: string, child: ChildProcess) => void;
}

/** Runs are written beside where the command runs: not in the repository. */
let scratch: string | undefined;
function scratchFolder(): string {
  if (scratch !== undefined) return scratch;
  const made = mkdtempSync(path.join(tmpdir(), 'adapter-lab-cli-'));
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  return (scratch = made);
}

/** Runs the command as a user has it: the file in bin/ over the built bundle. */
export function adapterLab(args: readonly string[], options: Options = {}): Promise<Finished> {
  const built = path.join(root, 'dist', 'cli.js');
  assert.ok(existsSync(built), 'dist/cli.js is missing. Run: npm run build');
  return runCommand(process.execPath, [bin, ...args], { cwd: scratchFolder(), ...options });
}

export function runCommand(
  command: string,
  args: readonly string[],
  { cwd = root, env = {}, watch, group = false, started }: Options = {},
): Promise<Finished> {
  const child = spawn(command, args, {
    cwd,
    detached: group,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  started?.(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    watch?.(stderr, child);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Runs a command that must fail with this code: the sentence and the next step on standard error, nothing on output. */
export async function failsWith(
  args: readonly string[],
  error: ErrorCode,
  sentence: RegExp,
  exit = 1,
): Promise<void> {
  const { code, stdout, stderr } = await adapterLab(args);
  const lines = stderr.trimEnd().split('\n');
  assert.equal(code, exit, stderr);
  assert.equal(stdout, '');
  const [said = '', next = ''] = lines.slice(-2);
  assert.ok(said.startsWith(`${error}: `), stderr);
  assert.match(said, sentence);
  assert.match(said, /\.$/);
  assert.match(next, /^Next: .+[.?]$/);
}
