import { rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

const beatMs = 30_000;
/** A process that has not been seen for so long is gone; file systems may show changes a minute late. */
const silenceMs = 180_000;

/** A file of a run whose time says that somebody works on it, to other machines that share the disk and cannot see processes. */
const beatFile = (run: string): string => path.join(run, 'alive');

/** Touches a run's file while it is waited for, at most every half minute. */
export class Heartbeat {
  private last = -Infinity;

  constructor(private readonly run: string) {}

  async beat(): Promise<void> {
    if (performance.now() - this.last < beatMs) return;
    this.last = performance.now();
    const now = new Date();
    await utimes(beatFile(this.run), now, now).catch(() => writeFile(beatFile(this.run), ''));
  }
}

/** Of a run that has ended. */
export const endBeat = (run: string): Promise<void> => rm(beatFile(run), { force: true });

/** Whether a run was worked on within the last minutes, by its journal and its heartbeat. @param journal absolute path */
export async function beatsStill(run: string, journal: string, now = Date.now()): Promise<boolean> {
  const times = await Promise.all(
    [beatFile(run), journal].map((file) =>
      stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return now - Math.max(...times) < silenceMs;
}
