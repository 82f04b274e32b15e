import { open, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { temporaryName } from './unfinished';

const beatMs = 30_000;
/** A process that has not been heard of for so long is gone: longer than it may compute without a pause. */
const silenceMs = 600_000;
/** How far a disk's clock is from this process's own is looked at this often. */
const clockMs = 60_000;

/**
 * Writes a file again and again while a process lives, so that other machines that share the disk, which cannot see processes, see by its
 * time that somebody works. Its content stays what it is, and a file that was put in its place is left alone.
 */
export class Heartbeat {
  private readonly timer: NodeJS.Timeout;
  private taken = false;

  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
    private readonly content: string,
    everyMs: number,
  ) {
    this.timer = setInterval(() => void this.beat(), everyMs);
    this.timer.unref();
  }

  /** @param file absolute path of one that holds this content @param everyMs between two beats */
  static async start(file: string, content: string, everyMs = beatMs): Promise<Heartbeat> {
    return new Heartbeat(file, await open(file, 'r+'), content, everyMs);
  }

  /** Whether another file was found in the place of this one: this process was not heard of for so long that it was taken for dead. */
  get isTaken(): boolean {
    return this.taken;
  }

  /** Whether the file is the one that was begun with, and not another in its place. */
  async isOurs(): Promise<boolean> {
    const [own, there] = await Promise.all([this.handle.stat(), stat(this.file).catch(() => undefined)]);
    return own.ino === there?.ino && own.dev === there.dev;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.handle.close().catch(() => undefined);
  }

  private async beat(): Promise<void> {
    try {
      // The disk's own clock sets the time of what is written.
      await this.handle.write(this.content, 0);
      this.taken = !(await this.isOurs());
    } catch {
      // Where it cannot be now, the next one may.
    }
  }
}

/** Whether a file was written within the last minutes, by the clock of the disk that it lies on. False where it is not there. */
export async function isBeating(file: string): Promise<boolean> {
  const age = await ageOf(file);
  return age !== undefined && age < silenceMs;
}

/** Milliseconds since a file was written, by the clock of the disk that it lies on; undefined where it is not there. */
export async function ageOf(file: string): Promise<number | undefined> {
  const written = await stat(file).catch(() => undefined);
  return written && (await clockOf(file)) - written.mtimeMs;
}

const clocks = new Map<string, { readonly lookedAt: number; readonly aheadMs: number }>();

/** What the clock of a file's disk says; this machine's where nothing may be written there. */
async function clockOf(file: string): Promise<number> {
  const folder = dirname(file);
  const known = clocks.get(folder);
  if (known && performance.now() - known.lookedAt < clockMs) return known.aheadMs + performance.now();
  const now = temporaryName(file);
  try {
    await writeFile(now, '');
    const { mtimeMs } = await stat(now);
    const lookedAt = performance.now();
    clocks.set(folder, { lookedAt, aheadMs: mtimeMs - lookedAt });
    return mtimeMs;
  } catch {
    return Date.now();
  } finally {
    await rm(now, { force: true }).catch(() => undefined);
  }
}
