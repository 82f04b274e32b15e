import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Long enough for a cold start from a network disk; a program that is no Node may never end by itself. */
const patience = 15_000;

/** Runs a program as Node and returns the version that it says. */
export async function probeNode(execPath: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await promisify(execFile)(execPath, ['-p', 'process.versions.node'], {
    env,
    timeout: patience,
    windowsHide: true,
  });
  return stdout;
}
