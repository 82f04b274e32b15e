import { open, type FileHandle } from 'node:fs/promises';
import { LabError } from '../shared/errors';
import { systemCode } from './fileError';

const newline = 0x0a;
/** So many bytes before the offset are remembered to notice a file that was cut and grew again. */
const memoryBytes = 64;

/**
 * Reads a growing journal piece by piece. Only whole lines count; a line that is still being written, or whose last
 * character is split between two writes, is read the next time. A file that is not there yet has no lines. A file that was
 * replaced or cut is read again from its start, and `generation` grows by one so that the reader can forget what it had.
 */
export class JournalTail {
  private readonly path: string;
  private offset = 0;
  private lines = 0;
  private inode: number | undefined;
  private memory: Buffer = Buffer.alloc(0);
  private reading: Promise<unknown> = Promise.resolve();
  /** How often the reader had to start over. */
  generation = 0;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * The values of the lines that were completed since the last call. Calls that overlap take turns.
   *
   * @throws LabError `journal-invalid` naming the line, where a whole line is not JSON; the reader stays before it
   */
  read(): Promise<unknown[]> {
    const result = this.reading.then(() => this.readOnce());
    this.reading = result.catch(() => undefined);
    return result;
  }

  private async readOnce(): Promise<unknown[]> {
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
      return this.take(await readBytes(handle, this.offset, size - this.offset));
    } finally {
      await handle.close();
    }
  }

  private take(bytes: Buffer): unknown[] {
    const whole = bytes.subarray(0, bytes.lastIndexOf(newline) + 1);
    if (whole.length === 0) return [];
    const values = parseLines(whole, this.path, this.lines);
    this.offset += whole.length;
    this.lines += values.length;
    this.memory = Buffer.concat([this.memory, whole.subarray(-memoryBytes)]).subarray(-memoryBytes);
    return values;
  }

  private async isSame(handle: FileHandle, size: number): Promise<boolean> {
    if (size < this.offset) return false;
    const length = this.memory.length;
    return this.memory.equals(await readBytes(handle, this.offset - length, length));
  }

  private startOver(): void {
    if (this.offset > 0) this.generation++;
    this.offset = 0;
    this.lines = 0;
    this.inode = undefined;
    this.memory = Buffer.alloc(0);
  }
}

/**
 * The values of whole lines, each ending with a newline.
 *
 * @param before how many lines of the file come before these, for the message
 */
export function parseLines(bytes: Buffer, path: string, before = 0): unknown[] {
  const lines = bytes.toString('utf8').split('\n').slice(0, -1);
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as unknown;
    } catch (thrown) {
      throw new LabError(
        'journal-invalid',
        `Line ${before + index + 1} of ${path} is not JSON.`,
        'Restore the file, or remove that line.',
        { cause: thrown },
      );
    }
  });
}

async function readBytes(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, length));
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
