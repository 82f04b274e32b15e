import { execFile } from 'node:child_process';
import { systemCode } from '../files/fileError';
import { LabError } from '../shared/errors';

/** Longer than a busy controller takes to answer. */
const patienceMs = 30_000;

/**
 * What a cluster's own program prints. Arguments go as they are, through no shell.
 *
 * @param input written to its standard input
 * @throws LabError executor-unavailable where there is no such program, executor-failed with what it said
 */
export function runProgram(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: patienceMs, maxBuffer: 1 << 26, encoding: 'utf8' } as const;
    const child = execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      reject(
        systemCode(error) === 'ENOENT'
          ? new LabError(
              'executor-unavailable',
              `${program} is not on this machine.`,
              'Start from a machine that can submit to the cluster, or use executor: local.',
            )
          : new LabError(
              'executor-failed',
              `${program} failed: ${stderr.trim().split('\n').at(-1) || error.message}`,
              'Check executor and jobs of the experiment and that the cluster answers, then start or resume the run.',
            ),
      );
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
