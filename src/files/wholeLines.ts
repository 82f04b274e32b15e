import type { FileHandle } from 'node:fs/promises';

const newline = 0x0a;
/** Large enough that the disk is waited for seldom; it is looked at within some milliseconds, so that nothing else waits long. */
const pieceBytes = 1 << 22;

/** What reads the lines of a journal. */
export interface LineSink<T> {
  /** Given whole lines, each with its newline. The bytes are written over once this returns. */
  take(lines: Buffer): void;
  /** Lines taken. */
  readonly count: number;
  /** What the lines come to, in their order. @throws LabError where a line that counts is not what it should be */
  values(): T[];
}

/**
 * Hands over the whole lines between two positions of a file, in pieces that each hold many: the file may be larger than
 * memory should hold. While one piece is looked at, the next is read.
 *
 * @param from begin of a line
 * @param to where to stop; a file that was cut meanwhile ends earlier
 * @returns position behind the last whole line
 */
export async function eachPiece(
  handle: FileHandle,
  from: number,
  to: number,
  take: (lines: Buffer) => void,
): Promise<number> {
  const size = Math.min(pieceBytes, to - from);
  if (size <= 0) return from;
  const lines = new LineCutter(take);
  let now: Buffer = Buffer.allocUnsafe(size);
  let next: Buffer | undefined;
  let position = from;
  let reading = fill(handle, now, position, to);
  try {
    for (;;) {
      const read = await reading;
      if (read === 0) return from + lines.whole;
      const piece = now.subarray(0, read);
      position += read;
      if (position < to) {
        [now, next] = [next ?? Buffer.allocUnsafe(size), now];
        reading = fill(handle, now, position, to);
      } else reading = Promise.resolve(0);
      lines.push(piece);
    }
  } finally {
    // The file is closed next: nothing may be reading it then.
    await reading.catch(() => undefined);
  }
}

async function fill(handle: FileHandle, bytes: Buffer, position: number, to: number): Promise<number> {
  const { bytesRead } = await handle.read(bytes, 0, Math.min(bytes.length, to - position), position);
  return bytesRead;
}

/** Cuts pieces behind their last newlines, and puts lines together that lie in several pieces. */
class LineCutter {
  private halves: Buffer[] = [];
  /** Bytes of whole lines so far. */
  whole = 0;

  constructor(private readonly take: (lines: Buffer) => void) {}

  push(piece: Buffer): void {
    let rest = piece;
    if (this.halves.length > 0) {
      const end = piece.indexOf(newline) + 1;
      if (end > 0) this.give(Buffer.concat([...this.halves.splice(0), piece.subarray(0, end)]));
      rest = piece.subarray(end);
      if (end === 0) {
        this.halves.push(Buffer.from(piece));
        return;
      }
    }
    const end = rest.lastIndexOf(newline) + 1;
    if (end > 0) this.give(rest.subarray(0, end));
    if (end < rest.length) this.halves.push(Buffer.from(rest.subarray(end)));
  }

  private give(lines: Buffer): void {
    this.take(lines);
    this.whole += lines.length;
  }
}
