import type { ExecutorSettings } from '../../shared/executorSettings';
import type { PieceArray } from '../executor';
import { quoted } from '../quoted';

/** So long before the time limit a job is told to keep what it has. */
export const warningSeconds = 60;

/**
 * Arguments of `sbatch` for an array of pieces (sbatch(1)). The array is put back in the queue where its node fails; the limits are
 * the user's, and what is absent is the cluster's default.
 */
export function sbatchArguments(
  { name, logs, count }: PieceArray,
  { account, partition, gpus, cpus, memory, time, atOnce, flags = [] }: ExecutorSettings,
): string[] {
  const given = (option: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`--${option}=${value}`];
  return [
    '--parsable',
    `--job-name=${name}`,
    `--array=0-${count - 1}${atOnce === undefined ? '' : `%${atOnce}`}`,
    `--output=${logs.replaceAll('%', '%%')}/%a.log`,
    '--open-mode=append',
    '--requeue',
    '--ntasks=1',
    `--signal=B:TERM@${warningSeconds}`,
    ...given('account', account),
    ...given('partition', partition),
    ...given('gres', gpus === undefined ? undefined : `gpu:${gpus}`),
    ...given('cpus-per-task', cpus),
    ...given('mem', memory),
    ...given('time', time),
    ...flags,
  ];
}

/** The job itself: the program replaces the shell, so that a signal for the job reaches it. */
export const batchScript = ({ command }: Pick<PieceArray, 'command'>): string =>
  `#!/bin/sh\nexec ${command.map(quoted).join(' ')} "$SLURM_ARRAY_TASK_ID"\n`;
