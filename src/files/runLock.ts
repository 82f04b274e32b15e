import { link, readFile, rename, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import os from 'node:os';
import { join } from 'node:path';
import { makeFolder } from './makeFolder';
import { LabError } from '../shared/errors';
import { createFile } from './createFile';
import { beatsStill } from './heartbeat';
import { systemCode } from './fileError';
import { beganAt, mayBeAlive } from './processes';
import { runFiles } from './runs';

/** Holds of this process, by the run's folder: whoever holds a run may hold it once more. */
const held = new Map<string, number>();

/** Somebody may be faster, and so may others; so often it is tried again. */
const attempts = 20;

/**
 * Holds a run's folder for this process, so that no other works on it: of two that ask at the same moment one gets it. A process that
 * has died holds nothing.
 *
 * @param run absolute path; the folder is made where it is missing
 * @returns lets go of it
 * @throws LabError run-in-progress, naming the process that holds it; not-writable, disk-full by the file system's error
 */
export async function holdRun(run: string): Promise<() => Promise<void>> {
  const file = join(run, runFiles.lock);
  if (!held.has(run)) {
    // Before anything is waited for: this process is one.
    held.set(run, 0);
    try {
      await makeFolder(run);
      await take(file, run);
    } catch (thrown) {
      held.delete(run);
      throw thrown;
    }
  }
  held.set(run, (held.get(run) ?? 0) + 1);
  let isHeld = true;
  return async () => {
    if (!isHeld) return;
    isHeld = false;
    const left = (held.get(run) ?? 1) - 1;
    if (left > 0) {
      held.set(run, left);
      return;
    }
    // What cannot be removed is nobody's as soon as this process has ended.
    await rm(file, { force: true }).catch(() => undefined);
    held.delete(run);
  };
}

/** Does work while it holds a run. @throws what `holdRun` and the work throw */
export async function holdingRun<T>(run: string, work: () => Promise<T>): Promise<T> {
  const letGo = await holdRun(run);
  try {
    return await work();
  } finally {
    await letGo();
  }
}

async function take(file: string, run: string): Promise<void> {
  const mine = `${process.pid} ${(await beganAt(process.pid)) ?? '-'} ${os.hostname()}\n`;
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      await createFile(file, mine);
      return;
    } catch (thrown) {
      if (systemCode(thrown) !== 'EEXIST') throw thrown;
    }
    const theirs = await readFile(file, 'utf8').catch(() => undefined);
    if (theirs === undefined) continue;
    const pid = await ownerOf(theirs, run);
    if (pid !== undefined) throw inProgress(run, pid);
    await remove(file, theirs);
  }
  throw inProgress(run, undefined);
}

/** The process that a lock names, where it may be alive. A lock of this process that is not among its holds is a copy's. */
async function ownerOf(lock: string, run: string): Promise<number | undefined> {
  const [number, start, host = os.hostname()] = lock.trim().split(' ');
  const [pid, began] = [Number(number), Number(start)];
  // Of another machine that shares the disk it is known only when it wrote last.
  if (host !== os.hostname()) return (await beatsStill(run, join(run, runFiles.events))) ? pid : undefined;
  if (pid === process.pid) return undefined;
  // Without the second number: any process of that one, since a lock does not outlast a restart by much.
  const alive = await mayBeAlive(pid, Infinity, Number.isNaN(began) ? undefined : began);
  return alive ? pid : undefined;
}

/** Removes a dead process's lock, and no other that was put in its place meanwhile. */
async function remove(file: string, dead: string): Promise<void> {
  const away = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(file, away);
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return;
    throw thrown;
  }
  if ((await readFile(away, 'utf8')) !== dead) await link(away, file).catch(() => undefined);
  await rm(away, { force: true });
}

const inProgress = (run: string, pid: number | undefined): LabError =>
  new LabError(
    'run-in-progress',
    `The run in ${run} is worked on ${pid === undefined ? 'by others' : `by process ${pid}`}.`,
    'Wait for its end, or stop it.',
  );
