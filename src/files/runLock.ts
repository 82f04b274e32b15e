import { createHash } from 'node:crypto';
import { open, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from './makeFolder';
import { LabError } from '../shared/errors';
import { createFile } from './createFile';
import { ageOf, Heartbeat, isBeating } from './heartbeat';
import { systemCode } from './fileError';
import { beganAt, isElsewhere, mayBeAlive } from './processes';
import { runFiles } from './runs';

interface Hold {
  count: number;
  /** Resolves once this process has the lock. */
  readonly taken: Promise<Heartbeat>;
  beat?: Heartbeat;
}

/** Holds of this process, by the run's folder: whoever holds a run may hold it once more. */
const held = new Map<string, Hold>();
/** Locks that are being removed: what is held next must not be taken for one of them. */
const leaving = new Map<string, Promise<void>>();

/** Somebody may be faster, and so may others; so often it is tried again. */
const attempts = 20;
/** Where a file system has no links, a lock is empty for a moment, in which its owner is not known; and a dead one is removed in one. */
const emptyMs = 5000;
const waitMs = 300;

/**
 * Holds a run's folder for this process, so that no other works on it: of two that ask at the same moment one gets it. A process that
 * has died holds nothing; one of another machine is taken for dead when its lock has not been touched for some minutes.
 *
 * @param run absolute path; the folder is made where it is missing
 * @returns lets go of it
 * @throws LabError run-in-progress, naming the process that holds it; not-writable, disk-full by the file system's error
 */
export async function holdRun(run: string): Promise<() => Promise<void>> {
  await leaving.get(run);
  const hold = held.get(run) ?? { count: 0, taken: take(run) };
  held.set(run, hold);
  hold.count++;
  try {
    hold.beat = await hold.taken;
  } catch (thrown) {
    if (held.get(run) === hold) held.delete(run);
    throw thrown;
  }
  let isOpen = true;
  return async () => {
    if (!isOpen) return;
    isOpen = false;
    if (--hold.count > 0) return;
    held.delete(run);
    const left = hold.taken.then((beat) => remove(run, beat)).finally(() => leaving.delete(run));
    leaving.set(run, left);
    await left;
  };
}

/** Whether this process holds a run. */
export const isHeld = (run: string): boolean => held.has(run);

/** @throws LabError run-in-progress where this process was not heard of for so long that another one has taken the run from it */
export function requireHold(run: string): void {
  if (held.get(run)?.beat?.isTaken === true) throw inProgress(run, undefined);
}

/** What cannot be removed is nobody's as soon as this process has ended; what is another's by now stays. */
async function remove(run: string, beat: Heartbeat): Promise<void> {
  const isOurs = await beat.isOurs().catch(() => false);
  await beat.stop();
  if (isOurs) await rm(lockOf(run), { force: true }).catch(() => undefined);
}

const lockOf = (run: string): string => join(run, runFiles.lock);

/** Does work while it holds a run. @throws what `holdRun` and the work throw */
export async function holdingRun<T>(run: string, work: () => Promise<T>): Promise<T> {
  const letGo = await holdRun(run);
  try {
    return await work();
  } finally {
    await letGo();
  }
}

async function take(run: string): Promise<Heartbeat> {
  const file = lockOf(run);
  const mine = `${process.pid} ${(await beganAt(process.pid)) ?? '-'} ${os.hostname()}\n`;
  for (let attempt = 0; attempt < attempts; attempt++) {
    await makeFolder(run);
    try {
      await createFile(file, mine);
    } catch (thrown) {
      // The folder was taken away, or what was to be the lock in it.
      if (systemCode(thrown) === 'ENOENT') continue;
      if (systemCode(thrown) !== 'EEXIST') throw thrown;
      if (await isTakenByOther(run, file)) await sleep(waitMs);
      continue;
    }
    try {
      return await Heartbeat.start(file, mine);
    } catch (thrown) {
      await rm(file, { force: true });
      throw thrown;
    }
  }
  throw inProgress(run, undefined);
}

/**
 * Looks whose the lock is that is there, and removes a dead one's.
 * @returns whether its owner cannot be told yet
 * @throws LabError run-in-progress
 */
async function isTakenByOther(run: string, file: string): Promise<boolean> {
  const theirs = await readFile(file, 'utf8').catch(() => undefined);
  if (theirs === undefined) return false;
  if (theirs === '' && ((await ageOf(file)) ?? 0) < emptyMs) return true;
  const touched = await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  const pid = await ownerOf(theirs, file, touched);
  if (pid !== undefined) throw inProgress(run, pid);
  return !(await removeDead(file, theirs));
}

/** The process that a lock names, where it may be alive. A lock of this process that is not among its holds is a copy's. */
async function ownerOf(lock: string, file: string, touched: number): Promise<number | undefined> {
  const [number, start, host] = lock.trim().split(' ');
  const [pid, began] = [Number(number), Number(start)];
  if (isElsewhere(host)) return (await isBeating(file)) ? pid : undefined;
  if (pid === process.pid) return undefined;
  // Without the second number: any process of that one which began before the lock was touched last.
  const alive = await mayBeAlive(pid, touched, Number.isNaN(began) ? undefined : began);
  return alive ? pid : undefined;
}

/**
 * Removes a dead process's lock, and no other that was put in its place meanwhile: of many that find it, the one that has the claim to it.
 * @returns false where another one has it
 */
async function removeDead(file: string, dead: string): Promise<boolean> {
  const claim = `${file}.${createHash('sha256').update(dead).digest('hex').slice(0, 12)}`;
  try {
    await (await open(claim, 'wx')).close();
  } catch (thrown) {
    if (systemCode(thrown) !== 'EEXIST') throw thrown;
    // Whoever had it was killed in these few lines.
    if (((await ageOf(claim)) ?? 0) >= emptyMs) await rm(claim, { force: true });
    return false;
  }
  try {
    if ((await readFile(file, 'utf8').catch(() => undefined)) === dead) await rm(file, { force: true });
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

const inProgress = (run: string, pid: number | undefined): LabError =>
  new LabError(
    'run-in-progress',
    `The run in ${run} is worked on ${pid === undefined ? 'by others' : `by process ${pid}`}.`,
    `Wait for its end, or stop it; where that is no process of Adapter Lab, delete ${runFiles.lock} there.`,
  );
