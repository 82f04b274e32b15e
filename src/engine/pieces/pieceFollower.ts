import path from 'node:path';
import { JsonLines } from '../../files/jsonLines';
import { JournalTail } from '../../files/journalTail';
import { runFiles } from '../../files/runs';
import { LabError } from '../../shared/errors';
import { runEventSchema, type RunEvent } from '../../shared/runEvents';
import { attemptsOf, linesFile, readResult } from './pieceFolder';
import type { Piece, PieceListener } from './pieceRunner';

/** Hears what the attempts of one piece tell, each to its end before the next one. */
export class PieceFollower {
  /** Looks in a row at which its job was gone. */
  missed = 0;
  /** Why its newest attempt failed. */
  failure: LabError | undefined;
  private losses = 0;
  /** What was achieved: lines that were new, and steps that no attempt had come to before. */
  private achieved = 0;
  private achievedAtLoss = -1;
  private readonly furthest = new Map<string, number>();
  private attempt:
    | {
        readonly folder: string;
        readonly events: JournalTail<RunEvent>;
        readonly lines: JournalTail<unknown>;
      }
    | undefined;

  constructor(
    readonly piece: Piece,
    private readonly folder: string,
    private readonly listener: PieceListener,
  ) {}

  /** Hears what is new. @returns whether the piece has come to its end @throws LabError journal-invalid, what listeners throw */
  async follow(): Promise<boolean> {
    for (const folder of await attemptsOf(this.folder)) {
      if (this.attempt !== undefined && isBefore(folder, this.attempt.folder)) continue;
      // Looked at first: what was told before the result is there when the result is.
      const result = await readResult(folder);
      await this.hear(folder);
      if (result?.state === 'done') {
        await this.listener.done?.(this.piece, result.value);
        return true;
      }
      this.failure = result === undefined ? undefined : LabError.fromPayload(result.error);
      if (this.failure && (await this.listener.failed?.(this.piece, this.failure)) === true) return true;
    }
    return false;
  }

  /** @returns losses in a row between which nothing was achieved */
  countLoss(): number {
    this.losses = this.achieved > this.achievedAtLoss ? 1 : this.losses + 1;
    this.achievedAtLoss = this.achieved;
    this.missed = 0;
    return this.losses;
  }

  private async hear(folder: string): Promise<void> {
    if (this.attempt?.folder !== folder) this.attempt = open(folder);
    const { events, lines } = this.attempt;
    for (const value of await lines.read())
      if ((await this.listener.line?.(this.piece, value)) === true) this.achieved++;
    for (const event of await events.read()) {
      if (event.type === 'step' && event.step > (this.furthest.get(event.trial) ?? 0)) {
        this.furthest.set(event.trial, event.step);
        this.achieved++;
      }
      await this.listener.event?.(this.piece, event);
    }
  }
}

function open(folder: string): NonNullable<PieceFollower['attempt']> {
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

const isBefore = (one: string, other: string): boolean =>
  Number(path.basename(one)) < Number(path.basename(other));
