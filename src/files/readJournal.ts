import { readFile } from 'node:fs/promises';
import { LabError } from '../shared/errors';
import { fileError } from './fileError';
import { parseLines } from './journalTail';

/**
 * All values of a journal, decoded. A half-written last line is left out.
 *
 * @param decode turns a line's value into a `T`, or throws
 * @throws LabError `run-not-found` where the file is missing, `journal-invalid` naming the line that does not decode
 */
export async function readJournal<T>(path: string, decode: (value: unknown) => T): Promise<T[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (thrown) {
    throw fileError(thrown, 'run-not-found', 'The journal', path, 'Check the name of the run.');
  }
  return parseLines(bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1), path).map((value, index) => {
    try {
      return decode(value);
    } catch (thrown) {
      throw new LabError(
        'journal-invalid',
        `Line ${index + 1} of ${path} is not what this version writes.`,
        'Open the run with the version that wrote it, or start a new run.',
        { cause: thrown },
      );
    }
  });
}
