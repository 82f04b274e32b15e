import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from './fileError';

/**
 * Makes a folder and those above it, where they are missing. Node says of a folder above that is read-only or full that it does not
 * exist, which would mislead: this says why.
 *
 * @throws the file system's error
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (thrown) {
    if (systemCode(thrown) !== 'ENOENT') throw thrown;
    throw (await reason(folder)) ?? thrown;
  }
}

/** Why the topmost folder that is missing cannot be made. */
async function reason(folder: string): Promise<unknown> {
  const parent = dirname(folder);
  if (parent === folder) return undefined;
  try {
    await mkdir(folder);
    return undefined;
  } catch (thrown) {
    return systemCode(thrown) === 'ENOENT' ? ((await reason(parent)) ?? thrown) : thrown;
  }
}
