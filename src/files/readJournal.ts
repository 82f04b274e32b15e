import { open } from 'node:fs/promises';
import { fileError } from './fileError';
import { JsonLines } from './jsonLines';
import { eachPiece, type LineSink } from './wholeLines';

/**
 * All values of a journal, decoded. A half-written last line is left out.
 *
 * @param decode turns a line's value into a `T`, or throws
 * @throws LabError `run-not-found` where the file is missing, `journal-invalid` naming the line that does not decode
 */
export const readJournal = <T>(path: string, decode: (value: unknown) => T): Promise<T[]> =>
  readLines(path, new JsonLines(path, 0, decode));

/**
 * What a sink makes of a journal's whole lines.
 *
 * @throws LabError `run-not-found` where the file is missing, and what the sink throws
 */
export async function readLines<T>(path: string, sink: LineSink<T>): Promise<T[]> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      await eachPiece(handle, 0, size, (lines) => sink.take(lines));
    } finally {
      await handle.close();
    }
    return sink.values();
  } catch (thrown) {
    throw fileError(thrown, 'run-not-found', 'The journal', path, 'Check the name of the run.');
  }
}
