import path from 'node:path';
import { JsonLines } from '../../files/jsonLines';
import { JournalTail } from '../../files/journalTail';
import { runFiles } from '../../files/runs';
import { LabError, toLabError } from '../../shared/errors';
import { runEventSchema, type RunEvent } from '../../shared/runEvents';
import { attemptsOf, linesFile, linesOf, readResult } from './pieceFolder';
import type { Piece, PieceListener } from './piece';

type Tails = {
  readonly folder: string;
  readonly events: JournalTail<RunEvent>;
  readonly lines: JournalTail<unknown>;
};

/** Hears what the attempts of one piece tell, each to its end before the next one. */
export class PieceFollower {
  /** Looks in a row at which its job was gone. */
  missed = 0;
  /** Why its newest attempt failed; those that an earlier process handed over have no say. */
  failure: LabError | undefined;
  private losses = 0;
  /** What was achieved: lines that were new, and steps that no attempt had come to before. */
  private achieved = 0;
  private achievedAtLoss = -1;
  private readonly furthest = new Map<string, number>();
  private attempt: Tails | undefined;

  private constructor(
    readonly piece: Piece,
    private readonly folder: string,
    private readonly listener: PieceListener,
    /** Whether its job is one that an earlier process handed over. */
    public isInherited: boolean,
    /** The last attempt that has no say any more: it was there already, or is lost. */
    private earlier: number,
  ) {}

  static async open(
    piece: Piece,
    folder: string,
    listener: PieceListener,
    isInherited: boolean,
  ): Promise<PieceFollower> {
    return new PieceFollower(piece, folder, listener, isInherited, (await attemptsOf(folder)).length);
  }

  /** Hears what is new. @returns whether the piece has come to its end @throws LabError what listeners throw */
  async follow(): Promise<boolean> {
    for (const folder of await attemptsOf(this.folder)) {
      if (this.attempt !== undefined && numberOf(folder) < numberOf(this.attempt.folder)) continue;
      // Looked at first: what was told before the result is there when the result is.
      const result = await readResult(folder);
      await this.hear(folder);
      if (result?.state === 'done') {
        await this.hearAllLines();
        await this.listener.done?.(this.piece, result.value);
        return true;
      }
      const failure = result === undefined ? undefined : LabError.fromPayload(result.error);
      if (failure && (await this.listener.failed?.(this.piece, failure)) === true) return true;
      this.failure = numberOf(folder) > this.earlier ? failure : undefined;
    }
    return false;
  }

  /** From now on its job is one of this process's own. */
  takeOver(): void {
    this.isInherited = false;
    this.missed = 0;
  }

  /** @returns losses in a row between which nothing was achieved */
  countLoss(): number {
    this.losses = this.achieved > this.achievedAtLoss ? 1 : this.losses + 1;
    this.achievedAtLoss = this.achieved;
    this.missed = 0;
    // What is said of the attempt that was lost says nothing of the next one, which may not have begun.
    if (this.attempt !== undefined) this.earlier = Math.max(this.earlier, numberOf(this.attempt.folder));
    this.failure = undefined;
    return this.losses;
  }

  private async hear(folder: string): Promise<void> {
    if (this.attempt?.folder !== folder) this.attempt = open(folder);
    const { events, lines } = this.attempt;
    for (const value of await readable(lines)) await this.line(value);
    for (const event of await readable(events)) {
      if (event.type === 'step' && event.step > (this.furthest.get(event.trial) ?? 0)) {
        this.furthest.set(event.trial, event.step);
        this.achieved++;
      }
      // Setbacks that were told to the process before this one.
      if (event.type === 'again' && numberOf(folder) <= this.earlier) continue;
      await this.listener.event?.(this.piece, event);
    }
  }

  /** What an attempt told may be seen late, when the next one was heard already. */
  private async hearAllLines(): Promise<void> {
    for (const attempt of await attemptsOf(this.folder))
      for (const value of await linesOf(attempt)) await this.line(value);
  }

  private async line(value: unknown): Promise<void> {
    if ((await this.listener.line?.(this.piece, value)) === true) this.achieved++;
  }
}

/** What is new in a journal. What a power cut left at its end is none, and no reason for the run to end. */
const readable = <T>(tail: JournalTail<T>): Promise<T[]> =>
  tail.read().catch((thrown: unknown) => {
    if (toLabError(thrown).code === 'journal-invalid') return [];
    throw thrown;
  });

function open(folder: string): Tails {
  const events = path.join(folder, runFiles.events);
  const lines = linesFile(folder);
  return {
    folder,
    events: new JournalTail(
      events,
      (before) => new JsonLines(events, before, (value) => runEventSchema.parse(value)),
    ),
    lines: new JournalTail(lines, (before) => new JsonLines<unknown>(lines, before, (value) => value)),
  };
}

const numberOf = (attempt: string): number => Number(path.basename(attempt));
