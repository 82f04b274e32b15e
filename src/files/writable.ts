import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LabError } from '../shared/errors';
import { systemCode } from './fileError';

/**
 * Asks whether a result can be written, before work is done whose result would be lost.
 *
 * @param file absolute path of the file to be; its folder must exist
 * @throws LabError not-writable
 */
export async function requireWritable(file: string): Promise<void> {
  const folder = dirname(file);
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory() === true) throw notWritable(file, 'it is a folder', 'Name a file.');
  for (const path of found === undefined ? [folder] : [folder, file]) {
    await access(path, constants.W_OK).catch((thrown: unknown) => {
      const code = systemCode(thrown);
      throw code === 'ENOENT'
        ? notWritable(file, `there is no folder ${folder}`, 'Make the folder, or name another file.')
        : notWritable(file, `${path} may not be written (${code})`);
    });
  }
}

const notWritable = (
  file: string,
  why: string,
  next = 'Name another file, or change its permissions.',
): LabError => new LabError('not-writable', `${file} cannot be written: ${why}.`, next);
