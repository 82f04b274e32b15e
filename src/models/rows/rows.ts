import { LabError } from '../../shared/errors';
import type { Line } from '../lineFields';

/** A row of a data file with where it stands. */
export interface DataLine {
  readonly record: Line;
  /** `file:line` of text formats, `file row N` (from 1) of the others. */
  readonly where: string;
}

/** The rows of a data file, found but not decoded: most of a large file is never asked for. */
export interface Rows {
  readonly count: number;
  /** @param indices from 0, in any order; the rows come back in that order @throws LabError data-line-invalid */
  read(indices: readonly number[]): DataLine[] | Promise<DataLine[]>;
}

/** A value as a row, which only an object can be. */
export const isRecord = (value: unknown): value is Line =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the system said when a file was opened or read. */
export const unreadable = (file: string, error: unknown): LabError =>
  new LabError(
    'data-missing',
    `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    'Check the path of the data.',
    { cause: error },
  );
