import { LabError } from '../shared/errors';
import { csvRows } from './rows/csv';
import { jsonArray } from './rows/jsonArray';
import { jsonLines } from './rows/jsonLines';
import { parquetRows } from './rows/parquet';
import type { DataLine, Rows } from './rows/rows';
import { seededShuffle } from '../shared/shuffle';

export type { DataLine } from './rows/rows';

/** What reads a file, by its ending. */
const readers = new Map<string, (file: string) => Promise<Rows>>([
  ['jsonl', jsonLines],
  ['ndjson', jsonLines],
  ['json', jsonArray],
  ['csv', (file) => csvRows(file, ',')],
  ['tsv', (file) => csvRows(file, '\t')],
  ['parquet', parquetRows],
]);

/**
 * `count` rows of a data file, chosen by a seeded shuffle; all of them, in file order, where there are no more. Which rows
 * are chosen depends on seed and number of rows alone, whatever the format; fewer rows are the first ones of more.
 *
 * @param shuffled all of them in the order of the shuffle too
 * @throws LabError data-missing, data-empty, data-format-unsupported, data-line-invalid
 */
export async function sampleLines(
  file: string,
  count: number,
  seed: number,
  shuffled = false,
): Promise<DataLine[]> {
  const reader = readers.get(/\.(\w+)$/.exec(file)?.[1]?.toLowerCase() ?? '');
  if (reader === undefined) {
    const endings = [...readers.keys()].map((ending) => `.${ending}`);
    throw new LabError(
      'data-format-unsupported',
      `${file} does not end in ${endings.slice(0, -1).join(', ')} or ${endings.at(-1)}.`,
      'Give the data in one of these formats, with the ending of it.',
    );
  }
  const rows = await reader(file);
  if (rows.count === 0) {
    const what = /l$|ndjson$/i.test(file) ? 'lines' : 'rows';
    throw new LabError('data-empty', `${file} has no ${what}.`, 'Give a file with at least one sample.');
  }
  const all = Array.from({ length: rows.count }, (_, index) => index);
  const inOrder = rows.count <= count && !shuffled;
  return rows.read(inOrder ? all : seededShuffle(all, seed).slice(0, count));
}
