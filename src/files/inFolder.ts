import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { LabError, type ErrorCode } from '../shared/errors';

/**
 * Whether a file of a folder really lies there, all links followed. A folder that was downloaded may hold links, and one that
 * leads out of it would have a stranger choose which file of this machine is read. The hub's cache keeps its files as links into
 * `blobs` beside `snapshots`: those are the folder's own.
 *
 * @param folder absolute; may be a link itself, which is the user's own choice
 * @param file absolute, by its path in the folder; one that is not there leads nowhere else
 */
export async function liesInFolder(folder: string, file: string): Promise<boolean> {
  const place = await realpath(file).catch(() => undefined);
  if (place === undefined) return true;
  const root = await realpath(folder);
  // Of a folder within a snapshot as well.
  const snapshots = `${root}${path.sep}`.lastIndexOf(`${path.sep}snapshots${path.sep}`);
  const own = snapshots < 0 ? [root] : [root, path.join(root.slice(0, snapshots), 'blobs')];
  return own.some((one) => place.startsWith(one.endsWith(path.sep) ? one : one + path.sep));
}

/**
 * @param what the sentence's subject: `The weight file`
 * @throws LabError `code` for a file that is a link out of its folder
 */
export async function requireInFolder(
  folder: string,
  file: string,
  code: ErrorCode,
  what: string,
): Promise<void> {
  if (await liesInFolder(folder, file)) return;
  throw new LabError(
    code,
    `${what} ${file} is a link to a file outside of its folder, which is not followed.`,
    'Put the file itself into the folder, or name the folder where it lies.',
  );
}
