import { open, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { temporaryName } from './unfinished';

const beatMs = 30_000;
/** A process that has not been heard of for so long is gone: longer than it may compute without a pause. */
const silenceMs = 600_000;

/**
 * Writes a file again and again while a process lives, so that other machines that share the disk, which cannot see processes, see by its
 * time that somebody works. Its content stays what it is, and a file that was put in its place is left alone.
 */
export class Heartbeat {
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly handle: FileHandle,
    content: string,
  ) {
    // The disk's own clock sets the time of what is written. Where it cannot be, the next one may.
    const beat = (): void => void handle.write(content, 0).catch(() => undefined);
    this.timer = setInterval(beat, beatMs);
    this.timer.unref();
  }

  /** @param file absolute path of one that holds this content */
  static async start(file: string, content: string): Promise<Heartbeat> {
    return new Heartbeat(await open(file, 'r+'), content);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.handle.close().catch(() => undefined);
  }
}

/** Whether a file was written within the last minutes, by the clock of the disk that it lies on. False where it is not there. */
export async function isBeating(file: string): Promise<boolean> {
  const written = await stat(file).catch(() => undefined);
  if (written === undefined) return false;
  return (await clockOf(file)) - written.mtimeMs < silenceMs;
}

/** What the clock of a file's disk says; this machine's where nothing may be written there. */
async function clockOf(file: string): Promise<number> {
  const now = temporaryName(file);
  try {
    await writeFile(now, '');
    return (await stat(now)).mtimeMs;
  } catch {
    return Date.now();
  } finally {
    await rm(now, { force: true }).catch(() => undefined);
  }
}
