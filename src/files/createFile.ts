import { link, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { renameOver, syncFolder, writeBeside } from './atomic';
import { systemCode } from './fileError';

/**
 * Writes a file that is not there yet, whole or not at all; one that is there, or that comes meanwhile, is left as it is.
 *
 * @param path absolute; its folder must exist
 * @throws the file system's error, `EEXIST` where there is one
 */
export async function createFile(path: string, text: string): Promise<void> {
  const temporary = await writeBeside(path, text);
  try {
    await nameIt(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(dirname(path));
}

/** What file systems without hard links (exFAT, some network disks) answer. */
const withoutLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK', 'EISDIR'];

/**
 * Gives a file its name. A second name, unlike a rename, never takes the place of a file.
 * @throws the file system's error, `EEXIST` where there is one
 */
async function nameIt(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (thrown) {
    if (!withoutLinks.includes(systemCode(thrown) ?? '')) throw thrown;
    // The name is taken first; only for the moment until the rename is it one of an empty file.
    await (await open(path, 'wx')).close();
    await renameOver(temporary, path);
  }
}
