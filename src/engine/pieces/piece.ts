import type { LabError } from '../../shared/errors';
import type { RunEvent } from '../../shared/runEvents';
import type { PieceOrder } from './order';

/** One independent part of a run. */
export interface Piece extends Pick<PieceOrder, 'device' | 'work'> {
  /** Names its folder; the same piece has the same name when a run goes on. */
  readonly name: string;
  /** For people: `Trial 3`. */
  readonly title: string;
  /** Files that belong to the order, by their path in the piece's folder. */
  readonly files?: ReadonlyMap<string, Buffer>;
}

/** What is done with what pieces tell. */
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
