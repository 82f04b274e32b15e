import { mkdir, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Executor, JobState } from '../../executors/executor';
import { openExecutor } from '../../executors/openExecutor';
import { writeFileAtomic } from '../../files/atomic';
import { isFile } from '../../files/isFile';
import { cancelled, LabError, leaving, toLabError, type ErrorCode } from '../../shared/errors';
import { isHandedOver, type ExecutorSettings } from '../../shared/executorSettings';
import { version } from '../../shared/version';
import type { RunWriter } from '../runWriter';
import { endJobsOfOthers, executorBefore, PieceArrays } from './arrays';
import { isSameOrder, orderFile, readOrder, type PieceOrder } from './order';
import { attemptsOf, linesOf, piecesFolder } from './pieceFolder';
import type { Piece, PieceListener } from './piece';
import { PieceFollower } from './pieceFollower';
import { PiecesTold } from './piecesTold';
import { untilAborted } from './untilAborted';

/** As often without anything achieved in between. */
const mostTries = 3;
/** What ends one process, or is the matter with one machine, and may be otherwise with the next. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['device-lost', 'device-failed', 'device-unavailable', 'piece-lost'] as const),
  ...(['engine-killed', 'engine-crashed', 'engine-silent'] as const),
]);
/** A file that another machine wrote may be seen late: a job is lost when it was gone in so many looks in a row. */
const looksUntilLost = 6;
/** A controller that is restarted does not answer; one that has not for so long is a reason to end. */
const silenceMs = 3_600_000;

/**
 * Has pieces done by an executor and hears what they tell, until all have come to their end. The pieces' folders are the truth: a process
 * that takes over hands nothing over that goes on already, and reads what was told meanwhile.
 */
export class PieceRunner {
  private readonly told: PiecesTold;
  private arrays: PieceArrays | undefined;
  private answered = -Infinity;

  /**
   * Undefined where the engine does everything itself. A run whose pieces were handed over goes on with the same executor unless another one
   * is named.
   */
  static async for(
    settings: ExecutorSettings | undefined,
    writer: RunWriter,
    signal: AbortSignal,
  ): Promise<PieceRunner | undefined> {
    const before = await executorBefore(writer.folder);
    const asked = settings === undefined || settings.implied === true ? (before ?? settings) : settings;
    if (asked === undefined || !isHandedOver(asked)) {
      // Nobody waits any more for what a cluster still does.
      if (before !== undefined) await endJobsOfOthers(writer.folder, 'local');
      await removePieces(writer.folder);
      return undefined;
    }
    return new PieceRunner(openExecutor(asked), asked, writer, signal);
  }

  constructor(
    private readonly executor: Executor,
    readonly settings: ExecutorSettings,
    private readonly writer: RunWriter,
    private readonly signal: AbortSignal,
  ) {
    this.told = new PiecesTold(executor.name, writer);
  }

  /**
   * @throws LabError cancelled, where the jobs were ended; piece-lost; the error of a piece that cannot be helped by another attempt;
   * executor-failed, executor-unavailable
   */
  async run(pieces: readonly Piece[], listener: PieceListener): Promise<void> {
    const { executor, signal } = this;
    const arrays = await this.opened();
    const open = new Map<string, PieceFollower>();
    for (const piece of pieces) {
      await this.order(piece);
      const isInherited = arrays.jobs.has(piece.name);
      open.set(piece.name, await PieceFollower.open(piece, this.folderOf(piece), listener, isInherited));
    }
    /** How many jobs go on without this process. */
    let left = 0;
    try {
      let looked = -Infinity;
      for (;;) {
        for (const [name, follower] of open) if (await follower.follow()) open.delete(name);
        if (open.size === 0) return;
        if (signal.aborted) throw cancelled();
        if (performance.now() - looked >= executor.lookEvery) {
          await this.lookUnlessSilent(open, arrays);
          looked = performance.now();
        }
        await sleep(Math.min(executor.lookEvery, 2000), undefined, { signal }).catch(() => undefined);
      }
    } catch (thrown) {
      // Jobs that nobody can be asked about go on; so do those of a terminal that is closed.
      if (isOfExecutor(thrown) || this.isLeft) left = this.jobsOf([...open.keys()]).length;
      else await this.endJobs([...open.keys()]);
      throw thrown;
    } finally {
      await this.told.leave(left).catch(() => undefined);
    }
  }

  /** Ends what is left of a run's pieces and deletes their folders: all that counts stands in the run's own files. */
  async end(): Promise<void> {
    if (this.arrays) await this.endJobs([...this.arrays.jobs.keys()]);
    await this.close();
    await removePieces(this.writer.folder);
  }

  /** Ends what depends on this process. */
  close(): Promise<void> {
    return this.executor.close();
  }

  /** What pieces of an earlier process have told, whose names begin so; their jobs are ended, and their folders deleted. */
  async recover(prefix: string, line: (value: unknown) => Promise<boolean>): Promise<void> {
    const names = await readdir(piecesFolder(this.writer.folder)).catch(() => [] as string[]);
    await this.forget(
      names.filter((one) => one.startsWith(prefix)),
      async (folder) => {
        for (const attempt of await attemptsOf(folder))
          for (const value of await linesOf(attempt)) await line(value);
      },
    );
  }

  private get isLeft(): boolean {
    return this.signal.reason === leaving && this.executor.name !== 'local';
  }

  private folderOf({ name }: Pick<Piece, 'name'>): string {
    return path.join(piecesFolder(this.writer.folder), name);
  }

  private async order({ name, device, work, files = new Map<string, Buffer>() }: Piece): Promise<void> {
    const folder = this.folderOf({ name });
    const { threads, writer } = this;
    const order: PieceOrder = { program: version, run: writer.folder, device, threads, work };
    if (await isFile(orderFile(folder))) {
      if (isSameOrder(await readOrder(folder), order)) return;
      // It was asked for something else under this name: of another plan, or of what has changed since.
      await this.forget([name]);
    }
    await mkdir(folder, { recursive: true });
    for (const [file, bytes] of files) await writeFileAtomic(path.join(folder, file), bytes);
    await writeFileAtomic(orderFile(folder), `${JSON.stringify(order)}\n`);
  }

  /** What Slurm says to a job itself, other executors do not. */
  private get threads(): number | undefined {
    const { name, cpus, atOnce = 1 } = this.settings;
    if (name === 'slurm') return undefined;
    return cpus ?? (name === 'local' ? Math.max(1, Math.floor(os.availableParallelism() / atOnce)) : 1);
  }

  /** Ends pieces' jobs and deletes their folders. @param last done in between, once nobody writes there @throws LabError cancelled */
  private async forget(
    names: readonly string[],
    last: (folder: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const { executor, signal } = this;
    const arrays = await this.opened();
    const ids = this.jobsOf(names);
    await this.endJobs(names);
    // A job that was told to end may still write.
    for (let looks = 0; ids.length > 0 && looks < 20; looks++) {
      const states = await executor.look(ids).catch(() => undefined);
      if (ids.every((id) => states?.get(id)?.state === 'gone')) break;
      await sleep(executor.lookEvery, undefined, { signal }).catch(() => {
        throw cancelled();
      });
    }
    for (const name of names) {
      arrays.jobs.delete(name);
      const folder = this.folderOf({ name });
      await last(folder);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  /** Ids of the jobs of pieces that were handed over. */
  private jobsOf(names: readonly string[]): string[] {
    return names.flatMap((name) => this.arrays?.jobs.get(name)?.id ?? []);
  }

  private async endJobs(names: readonly string[]): Promise<void> {
    const ids = this.jobsOf(names);
    if (ids.length === 0) return;
    await this.executor.cancel(ids).catch(async (thrown: unknown) => {
      const text = `The jobs ${ids.join(', ')} may go on: ${toLabError(thrown).message}`;
      await this.writer.record({ type: 'note', text }).catch(() => undefined);
    });
  }

  private async opened(): Promise<PieceArrays> {
    return (this.arrays ??= await PieceArrays.open(this.writer.folder, this.executor, this.settings));
  }

  /** @throws LabError what refuses the very first jobs, or has not answered for an hour */
  private async lookUnlessSilent(
    open: ReadonlyMap<string, PieceFollower>,
    arrays: PieceArrays,
  ): Promise<void> {
    try {
      await this.look(open, arrays);
      this.answered = performance.now();
    } catch (thrown) {
      if (!isOfExecutor(thrown) || performance.now() - this.answered > silenceMs) throw thrown;
      const text = `${toLabError(thrown).message} It is asked again.`;
      if (!this.writer.state.notes.includes(text)) await this.writer.record({ type: 'note', text });
    }
  }

  /** Looks where the jobs are, and hands over what has none. */
  private async look(open: ReadonlyMap<string, PieceFollower>, arrays: PieceArrays): Promise<void> {
    const { executor, settings, signal } = this;
    const ids = new Map(
      [...open.keys()].flatMap((name) => {
        const job = arrays.jobs.get(name);
        return job === undefined ? [] : [[name, job.id] as const];
      }),
    );
    // Whoever stops does not wait for an answer; but for what was handed over, to end it.
    const states =
      ids.size === 0
        ? new Map<string, JobState>()
        : await untilAborted(executor.look([...ids.values()]), signal);
    const wanted: string[] = [];
    for (const [name, follower] of open) {
      const id = ids.get(name);
      const state = id === undefined ? undefined : states.get(id);
      if (state === undefined) wanted.push(name);
      else if (await this.isLost(follower, state, arrays)) wanted.push(name);
    }
    // Slurm keeps to it itself, so that what waits has its place in the queue.
    const room =
      executor.name === 'ray' ? (settings.atOnce ?? Infinity) - (open.size - wanted.length) : Infinity;
    if (wanted.length > 0 && room > 0) await arrays.submit(wanted.slice(0, room));
    // What could not be handed over does not wait anywhere.
    await this.told.tell(new Map([...ids].map(([name, id]) => [name, states.get(id)])), open.size);
  }

  /** Whether a piece is to be handed over again. @throws LabError where another attempt would come to the same */
  private async isLost(follower: PieceFollower, state: JobState, arrays: PieceArrays): Promise<boolean> {
    if (state.state !== 'gone') {
      follower.missed = 0;
      return false;
    }
    const isSeenAtOnce = this.executor.name === 'local' || follower.failure !== undefined;
    if (++follower.missed < (isSeenAtOnce ? 1 : looksUntilLost)) return false;
    if (await follower.follow()) return false;
    if (follower.isInherited) {
      // It was ended with the process that had handed it over, or came to nothing for a reason that is gone perhaps.
      follower.takeOver();
      return true;
    }
    await this.lose(follower, state.why, arrays);
    return true;
  }

  private async lose(follower: PieceFollower, why: string, arrays: PieceArrays): Promise<void> {
    const { piece, failure } = follower;
    if (failure !== undefined && !passing.has(failure.code)) throw failure;
    const log = arrays.jobs.get(piece.name)?.log ?? '';
    const where = path.relative(this.writer.folder, log).split(path.sep).join('/');
    const reason = failure?.message ?? `${piece.title} was lost: ${why}.`;
    if (follower.countLoss() >= mostTries) {
      throw new LabError(
        'piece-lost',
        `${piece.title} was handed over ${mostTries} times and came to nothing: ${failure?.message ?? `${why}.`}`,
        `Read what its job printed in ${where} of the run's folder, then go on with the run.`,
      );
    }
    const error = new LabError('piece-lost', reason, 'It is handed over again.');
    await this.writer.record({
      ...{ type: 'again', error: error.toPayload() },
      next: 'It was handed over again, and goes on from its last checkpoint.',
    });
  }
}

const removePieces = (run: string): Promise<void> =>
  rm(piecesFolder(run), { recursive: true, force: true, maxRetries: 5 }).catch(
    // What a job that is ending writes still is nobody's, and no reason for a whole run to fail.
    () => undefined,
  );

const isOfExecutor = (thrown: unknown): boolean =>
  ['executor-failed', 'executor-unavailable'].includes(toLabError(thrown).code);
