import { LabError, toLabError } from '../../shared/errors';
import type { ExecutorSettings } from '../../shared/executorSettings';
import type { Executor, JobState, PieceArray } from '../executor';
import { runProgram } from '../runProgram';
import { readSacct, readSqueue, sacctFormat, squeueFormat } from './queue';
import { batchScript, sbatchArguments } from './sbatch';

/** Ids a call: a command line is no place for thousands. */
const idsAtOnce = 500;

/**
 * Job arrays of Slurm, by its own programs. An id is `<job>_<task>`; a job that its cluster no longer knows of is gone.
 */
export class SlurmExecutor implements Executor {
  readonly name = 'slurm';
  readonly lookEvery: number;
  /** Most clusters keep accounts; one that does not says so once, and is not asked again. */
  private hasAccounts = true;

  constructor(
    private readonly settings: ExecutorSettings,
    lookEvery = 5000,
  ) {
    this.lookEvery = lookEvery;
  }

  async submit(array: PieceArray): Promise<readonly string[]> {
    const args = sbatchArguments(array, this.settings);
    const printed = await runProgram('sbatch', args, batchScript(array));
    // With several clusters it is `id;cluster`.
    const job = /^(\d+)(;|\s|$)/.exec(printed.trim())?.[1];
    if (job === undefined) {
      throw new LabError(
        'executor-failed',
        `sbatch named no job: ${printed.trim()}`,
        'Check that sbatch on this machine is Slurm’s own, then go on with the run.',
      );
    }
    return idsOf(job, array.count);
  }

  async find({ name, count }: Pick<PieceArray, 'name' | 'count'>): Promise<readonly string[] | undefined> {
    const printed = await runProgram('squeue', [
      '--me',
      '--noheader',
      '--format=%F',
      `--name=${name}`,
      '--states=all',
    ]);
    const job = /\d+/.exec(printed)?.[0] ?? (await this.accountedAs(name));
    return job === undefined ? undefined : idsOf(job, count);
  }

  async look(ids: readonly string[]): Promise<ReadonlyMap<string, JobState>> {
    const found = new Map<string, JobState>();
    for (let at = 0; at < ids.length; at += idsAtOnce) {
      const asked = ids.slice(at, at + idsAtOnce);
      const jobs = [...new Set(asked.map(jobOf))].join(',');
      // A job that is forgotten is an error where it alone is asked for.
      const printed = await this.queueOf(jobs);
      const states = readSqueue(printed);
      const missing = asked.filter((id) => !states.has(id));
      const accounts = missing.length > 0 ? await this.accountsOf(jobs) : new Map<string, JobState>();
      for (const id of asked)
        found.set(
          id,
          states.get(id) ?? accounts.get(id) ?? { state: 'gone', why: 'Slurm knows of it no more' },
        );
    }
    return found;
  }

  async cancel(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += idsAtOnce)
      await runProgram('scancel', ['--quiet', ...ids.slice(at, at + idsAtOnce)]).catch(unlessForgotten);
  }

  close(): Promise<void> {
    // Jobs are the cluster's: they go on.
    return Promise.resolve();
  }

  private queueOf(jobs: string): Promise<string> {
    const args = ['--array', '--noheader', '--states=all', `--format=${squeueFormat}`, `--jobs=${jobs}`];
    return runProgram('squeue', args).catch(unlessForgotten);
  }

  private async accountsOf(jobs: string): Promise<Map<string, JobState>> {
    if (!this.hasAccounts) return new Map();
    const args = ['--noheader', '--parsable2', '--allocations', `--format=${sacctFormat}`, `--jobs=${jobs}`];
    try {
      return readSacct(await runProgram('sacct', args));
    } catch (thrown) {
      this.hasAccounts = !/disabled/i.test(toLabError(thrown).message);
      return new Map();
    }
  }

  private async accountedAs(name: string): Promise<string | undefined> {
    const args = ['--noheader', '--parsable2', '--allocations', '--format=JobID', `--name=${name}`];
    const printed = await runProgram('sacct', args).catch(() => '');
    return /^\d+/.exec(printed.trim())?.[0];
  }
}

const idsOf = (job: string, count: number): string[] =>
  Array.from({ length: count }, (_, task) => `${job}_${task}`);

const jobOf = (id: string): string => id.split('_')[0] ?? id;

/** @returns what nothing prints @throws what was not about a job that is forgotten */
function unlessForgotten(thrown: unknown): string {
  if (/invalid job id/i.test(toLabError(thrown).message)) return '';
  throw thrown;
}
