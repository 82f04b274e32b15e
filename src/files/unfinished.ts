import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { createHash, randomBytes } from 'node:crypto';
import os from 'node:os';
import { isGone } from './processes';

/**
 * What writers make beside the place of what they write: `.plan.json.c0ffee-4711.0123456789ab.tmp`, `.seed-1.c0ffee-4711.building`. The
 * first number is of the machine: of another one that shares the disk it is not known here whether a process is gone.
 */
const temporary = /\.([0-9a-f]{6})-(\d+)\.[0-9a-f]{12}\.tmp$/;
const besideFolder = /\.([0-9a-f]{6})-(\d+)\.(building|replaced)$/;
/** By which a process holds a run (files/runLock.ts). */
export const lockFile = 'run.lock';
const here = createHash('sha256').update(os.hostname()).digest('hex').slice(0, 6);

/** Path for what is to become a file, in the same folder: it says of whom it is, so that what a killed process leaves is known. */
export const temporaryName = (target: string): string =>
  join(dirname(target), `.${basename(target)}.${here}-${process.pid}.${randomBytes(6).toString('hex')}.tmp`);

/** Path for what is to become a folder, or is to be replaced by it. */
export const nameBeside = (folder: string, what: 'building' | 'replaced'): string =>
  join(dirname(folder), `.${basename(folder)}.${here}-${process.pid}.${what}`);

/**
 * Removes what processes that are gone have left beside a file or folder, when it is written anew. A folder that was moved away and
 * not replaced any more is put back.
 *
 * @param target absolute path of the file or folder
 */
export async function removeUnfinished(target: string): Promise<void> {
  const folder = dirname(target);
  const start = `.${basename(target)}.`;
  const names = await readdir(folder).catch(() => [] as string[]);
  for (const name of names.filter((one) => one.startsWith(start))) {
    const rest = name.slice(start.length - 1);
    const [whole, machine, pid, what] = temporary.exec(rest) ?? besideFolder.exec(rest) ?? [];
    // The pattern is of all that is left of the name: another file may begin alike.
    if (whole !== rest || machine !== here || !isGone(Number(pid))) continue;
    const left = join(folder, name);
    if (what === 'replaced' && (await isMissing(target))) await rename(left, target);
    else await rm(left, { recursive: true, force: true });
  }
}

/**
 * Removes all of it in a run's folder, which this process holds; a folder that was moved away and not replaced is put back.
 * @param others folder of the run in which processes of other machines may be writing
 */
export async function removeAllUnfinished(run: string, others: string): Promise<void> {
  const entries = await readdir(run, { withFileTypes: true, recursive: true });
  for (const { name, parentPath } of entries) {
    if (!name.startsWith('.') || isWithin(join(run, others), parentPath)) continue;
    const path = join(parentPath, name);
    const target = join(parentPath, name.slice(1).replace(besideFolder, ''));
    if (besideFolder.exec(name)?.[3] === 'replaced' && (await isMissing(target))) await rename(path, target);
    else if ((temporary.test(name) || besideFolder.test(name)) && !isAskedFor(name))
      await rm(path, { recursive: true, force: true });
  }
}

/** Whether a name is of a lock that a process which may be alive is about to ask the run with: that is no part of the run. */
function isAskedFor(name: string): boolean {
  const [, machine, pid] = temporary.exec(name) ?? [];
  return name.startsWith(`.${lockFile}.`) && (machine !== here || !isGone(Number(pid)));
}

const isWithin = (folder: string, path: string): boolean => path === folder || path.startsWith(folder + sep);

const isMissing = (path: string): Promise<boolean> =>
  stat(path).then(
    () => false,
    () => true,
  );
