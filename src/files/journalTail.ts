import { open, type FileHandle } from 'node:fs/promises';
import { systemCode } from './fileError';
import { eachPiece, type LineSink } from './wholeLines';

/** So many bytes before the offset are remembered to notice a file that was cut and grew again. */
const memoryBytes = 64;

/**
 * Reads a growing journal piece by piece. Only whole lines count; a line that is still being written, or whose last
 * character is split between two writes, is read the next time. A file that is not there yet has no lines. A file that was
 * replaced or cut is read again from its start, and `generation` grows by one so that the reader can forget what it had.
 */
export class JournalTail<T> {
  private offset = 0;
  private lines = 0;
  private inode: number | undefined;
  private memory: Buffer = Buffer.alloc(0);
  private reading: Promise<unknown> = Promise.resolve();
  /** How often the reader had to start over. */
  generation = 0;

  /** @param sinkOf reads the lines of one call; it is told how many lines of the file come before them */
  constructor(
    private readonly path: string,
    private readonly sinkOf: (before: number) => LineSink<T>,
  ) {}

  /**
   * What the lines come to that were completed since the last call. Calls that overlap take turns.
   *
   * @throws what the sink throws; the reader stays before those lines
   */
  read(): Promise<T[]> {
    const result = this.reading.then(() => this.readOnce());
    this.reading = result.catch(() => undefined);
    return result;
  }

  /** Makes the next call read from the start. */
  forget(): void {
    this.reading = this.reading.then(() => this.startOver());
  }

  private async readOnce(): Promise<T[]> {
    let handle: FileHandle;
    try {
      handle = await open(this.path, 'r');
    } catch (thrown) {
      if (systemCode(thrown) !== 'ENOENT') throw thrown;
      this.startOver();
      return [];
    }
    try {
      const { size, ino } = await handle.stat();
      if (this.inode !== undefined && (ino !== this.inode || !(await this.isSame(handle, size))))
        this.startOver();
      this.inode = ino;
      return await this.take(handle, size);
    } finally {
      await handle.close();
    }
  }

  private async take(handle: FileHandle, size: number): Promise<T[]> {
    const sink = this.sinkOf(this.lines);
    let memory = this.memory;
    const end = await eachPiece(handle, this.offset, size, (lines) => {
      sink.take(lines);
      memory = Buffer.concat([memory, lines.subarray(-memoryBytes)]).subarray(-memoryBytes);
    });
    const values = sink.values();
    this.offset = end;
    this.lines += sink.count;
    this.memory = memory;
    return values;
  }

  private async isSame(handle: FileHandle, size: number): Promise<boolean> {
    if (size < this.offset) return false;
    const { length } = this.memory;
    if (length === 0) return true;
    const there = Buffer.alloc(length);
    const { bytesRead } = await handle.read(there, 0, length, this.offset - length);
    return this.memory.equals(there.subarray(0, bytesRead));
  }

  private startOver(): void {
    if (this.offset > 0) this.generation++;
    this.offset = 0;
    this.lines = 0;
    this.inode = undefined;
    this.memory = Buffer.alloc(0);
  }
}
