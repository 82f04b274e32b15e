import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** What the search for graphics cards may ask of a machine. Nothing of it throws; tests give machines of their own. */
export interface MachineWorld {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly env: NodeJS.ProcessEnv;
  /** @returns undefined where the file is missing or not readable */
  readText(path: string): Promise<string | undefined>;
  /** @returns the names in a folder, none where it is missing */
  list(dir: string): Promise<string[]>;
  exists(path: string): Promise<boolean>;
  /** Whether this process may open the file or device node for reading and writing. */
  canWrite(path: string): Promise<boolean>;
  /** @returns what the command printed; undefined where it is missing, fails or takes longer than `patienceMs` */
  run(command: string, args: readonly string[]): Promise<string | undefined>;
}

/** A card whose driver hangs makes nvidia-smi hang too. */
const patienceMs = 5000;

/** The machine that this process runs on. */
export const thisMachine: MachineWorld = {
  platform: process.platform,
  arch: process.arch,
  env: process.env,
  readText: (file) => readFile(file, 'utf8').catch(() => undefined),
  list: (dir) => readdir(dir).catch(() => []),
  exists: (file) => allowed(file, constants.F_OK),
  canWrite: (file) => allowed(file, constants.R_OK | constants.W_OK),
  run: (command, args) => runWithin(patienceMs, command, args),
};

/** `MachineWorld.run` with a patience. */
export function runWithin(
  timeout: number,
  command: string,
  args: readonly string[],
): Promise<string | undefined> {
  const options = {
    // Windows looks for programs in the working directory first, which can be a workspace of someone else.
    cwd: path.dirname(process.execPath),
    // Parsers read English.
    env: { ...process.env, LC_ALL: 'C' },
    timeout,
    killSignal: 'SIGKILL' as const,
    maxBuffer: 16 * 1024 * 1024,
    windowsHide: true,
  };
  return new Promise((resolve) => {
    try {
      const child = execFile(command, [...args], options, (error, stdout) =>
        resolve(error ? undefined : stdout),
      );
      child.stdin?.end();
    } catch {
      resolve(undefined);
    }
  });
}

const allowed = (file: string, mode: number): Promise<boolean> =>
  access(file, mode).then(
    () => true,
    () => false,
  );
