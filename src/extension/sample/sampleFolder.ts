import { cp, lstat, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFolderAtomic } from '../../files/atomicFolder';
import { systemCode } from '../../files/fileError';
import { isFile } from '../../files/isFile';

/** The experiment that a sample is opened with. */
export const sampleExperiment = 'quickstart.adapter.yaml';

/** Whether a folder is a copy of the sample. */
export const isSample = (folder: string): Promise<boolean> => isFile(join(folder, sampleExperiment));

/**
 * A folder below a parent that is not there yet, or is empty: `adapter-lab-sample`, `adapter-lab-sample-2`, …
 *
 * @throws the file system's error where the parent cannot be looked into
 */
export async function freeFolder(parent: string): Promise<string> {
  for (let count = 1; ; count++) {
    const folder = join(parent, `adapter-lab-sample${count === 1 ? '' : `-${count}`}`);
    const there = await lstat(folder).catch((thrown: unknown) => {
      if (systemCode(thrown) === 'ENOENT') return undefined;
      throw thrown;
    });
    if (there === undefined) return folder;
    // One that may not be looked into is another's.
    if (there.isDirectory() && (await readdir(folder).catch(() => ['?'])).length === 0) return folder;
  }
}

/**
 * Copies the sample, whole or not at all.
 *
 * @param sample the extension's own, which is never worked in
 * @param folder not there yet, or empty
 */
export async function copySample(sample: string, folder: string): Promise<void> {
  await writeFolderAtomic(folder, async (building) => {
    await cp(sample, building, { recursive: true });
    // Packages are made without files of that name.
    const ignore = join(building, '.gitignore');
    if (!(await isFile(ignore))) await writeFile(ignore, '# Runs stay on this machine.\n.adapter-lab/\n');
  });
}
