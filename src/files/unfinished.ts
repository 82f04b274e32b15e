import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { isGone } from './processes';

/** What writers make beside the place of what they write: `.plan.json.4711.0123456789ab.tmp`, `.seed-1.4711.building`. */
const temporary = /\.(\d+)\.[0-9a-f]{12}\.tmp$/;
const besideFolder = /\.(\d+)\.(building|replaced)$/;

/** Path for what is to become a file, in the same folder: it says of whom it is, so that what a killed process leaves is known. */
export const temporaryName = (target: string): string =>
  join(dirname(target), `.${basename(target)}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`);

/** Path for what is to become a folder, or is to be replaced by it. */
export const nameBeside = (folder: string, what: 'building' | 'replaced'): string =>
  join(dirname(folder), `.${basename(folder)}.${process.pid}.${what}`);

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
    const [whole, pid, what] = temporary.exec(rest) ?? besideFolder.exec(rest) ?? [];
    // The pattern is of all that is left of the name: another file may begin alike.
    if (whole !== rest || !isGone(Number(pid))) continue;
    const left = join(folder, name);
    if (what === 'replaced' && (await isMissing(target))) await rename(left, target);
    else await rm(left, { recursive: true, force: true });
  }
}

/** Removes all of it in a run's folder, which this process holds: nobody else writes there. */
export async function removeAllUnfinished(run: string): Promise<void> {
  const entries = await readdir(run, { withFileTypes: true, recursive: true });
  for (const { name, parentPath } of entries) {
    const isLeft = name.startsWith('.') && (temporary.test(name) || besideFolder.test(name));
    if (isLeft) await rm(join(parentPath, name), { recursive: true, force: true });
  }
}

const isMissing = (path: string): Promise<boolean> =>
  stat(path).then(
    () => false,
    () => true,
  );
