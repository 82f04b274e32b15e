import { open, type FileHandle } from 'node:fs/promises';

const newline = 0x0a;

/**
 * An append-only file of one JSON object a line. One writer a file. A process killed at any byte loses at most the line
 * it was writing: opening the journal again cuts that half line off, and never anything before it.
 */
export class Journal {
  private readonly handle: FileHandle;
  private bytes: number;
  private last: Promise<void> = Promise.resolve();

  private constructor(handle: FileHandle, bytes: number) {
    this.handle = handle;
    this.bytes = bytes;
  }

  /** Opens or creates the file; its folder must exist. */
  static async open(path: string): Promise<Journal> {
    const handle = await open(path, 'a+');
    try {
      const { size } = await handle.stat();
      const whole = await endOfLastLine(handle, size);
      if (whole < size) await handle.truncate(whole);
      return new Journal(handle, whole);
    } catch (thrown) {
      await handle.close();
      throw thrown;
    }
  }

  /**
   * Appends one object as one line in one write; calls made without waiting keep their order. When the write fails (disk
   * full), what it left behind is cut off, so that a later line does not join it.
   */
  append(value: object): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(value)}\n`);
    const written = this.last.then(async () => {
      try {
        const { bytesWritten } = await this.handle.write(line);
        if (bytesWritten < line.length) await this.handle.appendFile(line.subarray(bytesWritten));
        this.bytes += line.length;
      } catch (thrown) {
        await this.handle.truncate(this.bytes).catch(() => undefined);
        throw thrown;
      }
    });
    this.last = written.catch(() => undefined);
    return written;
  }

  /** Returns once everything appended so far is on the disk itself. */
  async flush(): Promise<void> {
    await this.last;
    await this.handle.sync();
  }

  /** Flushes and closes; nothing may be appended afterwards. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.handle.close();
    }
  }
}

/** Position after the last newline, searched backwards: half lines are short, journals need not be. */
async function endOfLastLine(handle: FileHandle, size: number): Promise<number> {
  const chunk = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0;) {
    const begin = Math.max(0, end - chunk.length);
    const { bytesRead } = await handle.read(chunk, 0, end - begin, begin);
    const found = chunk.subarray(0, bytesRead).lastIndexOf(newline);
    if (found >= 0) return begin + found + 1;
    end = begin;
  }
  return 0;
}
