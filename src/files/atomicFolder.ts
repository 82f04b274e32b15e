import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from './makeFolder';
import { renameOver, syncFolder } from './atomic';
import { systemCode } from './fileError';
import { nameBeside, removeUnfinished } from './unfinished';

/**
 * Writes a folder, whole or not at all: built beside its place and renamed. A folder that is there is replaced; whether it
 * may be is the caller's to ask. What was built is removed on failure.
 *
 * @param folder absolute; its parent is made where it is missing
 * @param build fills the folder that it is given; each file flushed, as `writeFileAtomic` does
 */
export async function writeFolderAtomic(
  folder: string,
  build: (building: string) => Promise<void>,
): Promise<void> {
  const parent = path.dirname(folder);
  await makeFolder(parent);
  await removeUnfinished(folder);
  const building = nameBeside(folder, 'building');
  await rm(building, { recursive: true, force: true });
  try {
    await mkdir(building);
    await build(building);
    await putInPlace(building, folder, nameBeside(folder, 'replaced'));
    await syncFolder(parent);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

async function putInPlace(building: string, folder: string, replaced: string): Promise<void> {
  await rm(replaced, { recursive: true, force: true });
  const hadOne = await rename(folder, replaced).then(
    () => true,
    (thrown: unknown) => {
      if (systemCode(thrown) === 'ENOENT') return false;
      throw thrown;
    },
  );
  try {
    await renameOver(building, folder);
  } catch (thrown) {
    if (hadOne) await rename(replaced, folder);
    throw thrown;
  }
  await rm(replaced, { recursive: true, force: true });
}
