import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Executor, JobState } from '../../executors/executor';
import { openExecutor } from '../../executors/openExecutor';
import { writeFileAtomic } from '../../files/atomic';
import { cancelled, LabError, type ErrorCode } from '../../shared/errors';
import { isHandedOver, type ExecutorSettings } from '../../shared/executorSettings';
import type { RunEvent } from '../../shared/runEvents';
import { version } from '../../shared/version';
import type { RunWriter } from '../runWriter';
import { PieceArrays } from './arrays';
import { orderFileOf, type PieceOrder } from './order';
import { piecesFolder } from './pieceFolder';
import { PieceFollower } from './pieceFollower';
import { PiecesTold } from './piecesTold';

/** One independent part of a run. */
export interface Piece {
  /** Names its folder; the same piece has the same name when a run goes on. */
  readonly name: string;
  /** For people: `Trial 3`. */
  readonly title: string;
  readonly order: Omit<PieceOrder, 'program' | 'run'>;
  /** Files that belong to the order, by their path in the piece's folder. */
  readonly files?: ReadonlyMap<string, Buffer>;
}

export interface PieceListener {
  /** What a piece tells as a run does. What was told before this process was there may be told again. */
  readonly event?: (piece: Piece, event: RunEvent) => Promise<void>;
  /** What it tells besides. @returns whether that was new */
  readonly line?: (piece: Piece, value: unknown) => Promise<boolean>;
  /** The piece has come to its end. */
  readonly done?: (piece: Piece, value: unknown) => Promise<void>;
  /** An attempt has failed. @returns whether that is the piece's end, and no reason for another attempt */
  readonly failed?: (piece: Piece, error: LabError) => Promise<boolean>;
}

/** As often without anything achieved in between. */
const mostTries = 3;
/** What ends one process, or is the matter with one machine, and may be otherwise with the next. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['device-lost', 'device-failed', 'device-unavailable', 'out-of-memory'] as const),
  ...(['engine-killed', 'engine-crashed', 'engine-silent'] as const),
]);
/** A file that another machine wrote may be seen late: so often a job has to be gone without a result. */
const looksUntilLost = 2;

/**
 * Has pieces done by an executor and hears what they tell, until all have come to their end. The pieces' folders are the truth: a process
 * that takes over hands nothing over that goes on already, and reads what was told meanwhile.
 */
export class PieceRunner {
  private readonly executor: Executor;
  private readonly told: PiecesTold;
  private arrays: PieceArrays | undefined;
  /** Whether pieces that are there are this process's own. */
  hasRun = false;

  /** Undefined where the engine does everything itself. */
  static for(
    settings: ExecutorSettings | undefined,
    writer: RunWriter,
    signal: AbortSignal,
  ): PieceRunner | undefined {
    if (settings === undefined || !isHandedOver(settings)) return undefined;
    return new PieceRunner(openExecutor(settings), settings, writer, signal);
  }

  constructor(
    executor: Executor,
    readonly settings: ExecutorSettings,
    private readonly writer: RunWriter,
    private readonly signal: AbortSignal,
  ) {
    this.executor = executor;
    this.told = new PiecesTold(executor.name, writer);
  }

  /**
   * @throws LabError cancelled, where the jobs were ended; piece-lost; the error of a piece that cannot be helped by another attempt;
   * executor-failed, executor-unavailable
   */
  async run(pieces: readonly Piece[], listener: PieceListener): Promise<void> {
    const { executor, signal } = this;
    const arrays = await this.opened();
    this.hasRun = true;
    for (const piece of pieces) await this.order(piece);
    const open = new Map(
      pieces.map((piece) => [piece.name, new PieceFollower(piece, this.folderOf(piece), listener)]),
    );
    const idsOfOpen = (): string[] => [...open.keys()].flatMap((name) => arrays.jobs.get(name)?.id ?? []);
    try {
      let looked = -Infinity;
      for (;;) {
        for (const [name, follower] of open) if (await follower.follow()) open.delete(name);
        if (open.size === 0) return;
        if (signal.aborted) throw cancelled();
        if (performance.now() - looked >= executor.lookEvery) {
          looked = performance.now();
          await this.look(open, arrays);
        }
        await sleep(Math.min(executor.lookEvery, 500), undefined, { signal }).catch(() => undefined);
      }
    } catch (thrown) {
      await executor.cancel(idsOfOpen()).catch(() => undefined);
      throw thrown;
    } finally {
      await this.told.tell(new Map(), 0);
    }
  }

  /** Ends what is left of a run's pieces and deletes their folders: all that counts stands in the run's own files. */
  async end(): Promise<void> {
    await this.executor.close();
    await rm(piecesFolder(this.writer.folder), { recursive: true, force: true });
  }

  /** Ends what depends on this process. */
  close(): Promise<void> {
    return this.executor.close();
  }

  private folderOf({ name }: Pick<Piece, 'name'>): string {
    return path.join(piecesFolder(this.writer.folder), name);
  }

  /** What pieces of an earlier process have told, whose names begin so; their jobs are ended, and their folders deleted. */
  async recover(prefix: string, line: (value: unknown) => Promise<boolean>): Promise<void> {
    const { folder } = this.writer;
    const names = await readdir(piecesFolder(folder)).catch(() => [] as string[]);
    for (const name of names.filter((one) => one.startsWith(prefix))) {
      await this.endJob(name);
      const piece = { name, title: name } as Piece;
      await new PieceFollower(piece, this.folderOf({ name }), {
        line: (_piece, value) => line(value),
      }).follow();
      await rm(this.folderOf({ name }), { recursive: true, force: true });
    }
  }

  private async order({ name, order, files = new Map<string, Buffer>() }: Piece): Promise<void> {
    const folder = this.folderOf({ name });
    const whole: PieceOrder = { ...order, program: version, run: this.writer.folder };
    const text = `${JSON.stringify(whole)}\n`;
    const before = await readFile(orderFileOf(folder), 'utf8').catch(() => undefined);
    if (before === text) return;
    if (before !== undefined) {
      // It was asked for something else under this name: of another plan, or of what has changed since.
      await this.endJob(name);
      await rm(folder, { recursive: true, force: true });
    }
    await mkdir(folder, { recursive: true });
    for (const [file, bytes] of files) await writeFileAtomic(path.join(folder, file), bytes);
    await writeFileAtomic(orderFileOf(folder), text);
  }

  private async endJob(name: string): Promise<void> {
    const arrays = await this.opened();
    const job = arrays.jobs.get(name);
    if (job !== undefined) await this.executor.cancel([job.id]);
    arrays.jobs.delete(name);
  }

  private async opened(): Promise<PieceArrays> {
    return (this.arrays ??= await PieceArrays.open(this.writer.folder, this.executor));
  }

  /** Looks where the jobs are, and hands over what has none. */
  private async look(open: ReadonlyMap<string, PieceFollower>, arrays: PieceArrays): Promise<void> {
    const ids = new Map(
      [...open.keys()].flatMap((name) => {
        const job = arrays.jobs.get(name);
        return job === undefined ? [] : [[name, job.id] as const];
      }),
    );
    const states = ids.size === 0 ? new Map<string, JobState>() : await this.executor.look([...ids.values()]);
    const wanted: string[] = [];
    for (const [name, follower] of open) {
      const id = ids.get(name);
      const state = id === undefined ? undefined : states.get(id);
      if (id === undefined || state === undefined) wanted.push(name);
      else if (state.state !== 'gone') follower.missed = 0;
      else if (++follower.missed >= looksUntilLost && !(await follower.follow())) {
        await this.lose(follower, state.why, arrays);
        wanted.push(name);
      }
    }
    await this.told.tell(new Map([...ids].map(([name, id]) => [name, states.get(id)])), open.size);
    if (wanted.length > 0) await arrays.submit(wanted);
  }

  /** @throws LabError where another attempt would come to the same */
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
