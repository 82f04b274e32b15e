import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { LabError } from '../../shared/errors';
import { textHead, type TextHead } from './fileHead';
import { peekParquet } from './peekParquet';
import { csvHead, jsonArrayHead, jsonLinesHead, type RowsHead } from './rowsHead';

/** A column of a data file as its first rows show it. */
export interface ColumnPeek {
  readonly name: string;
  /** `unknown` where no row was looked at. */
  readonly kind: 'text' | 'number' | 'boolean' | 'list' | 'object' | 'unknown';
  /** Its different values as text, at most one more than `mostClasses`. */
  readonly values: readonly string[];
  /** Rows that were looked at and have a value. */
  readonly seen: number;
  /** Characters of the longest value. */
  readonly longest: number;
}

export interface DataPeek {
  readonly columns: readonly ColumnPeek[];
  readonly rows: number;
  /** Whether `rows` is reckoned from the first part of the file. */
  readonly isEstimate: boolean;
}

/** More different values than this are no classes. */
export const mostClasses = 20;
/** So many rows are looked at. */
const mostRows = 200;

/** Endings of the data that the engine reads. */
export const dataEndings = ['jsonl', 'csv', 'tsv', 'parquet', 'json'] as const;

/**
 * Looks into a data file: its columns, what the first rows have in them, how many rows there are. Of text no more than the
 * first part is read, of Parquet the metadata and a first group of rows that is not large.
 *
 * @param file absolute path
 * @throws LabError data-missing, data-line-invalid, data-empty, data-format-unsupported
 */
export async function peekData(file: string): Promise<DataPeek> {
  const ending = extname(file).slice(1).toLowerCase();
  if (ending === 'parquet') {
    const { rows, count } = await peekParquet(file, mostRows);
    return { columns: columnsOf(rows.records, rows.names), rows: count, isEstimate: false };
  }
  const read = readers[ending];
  if (!read) throw unsupported(file);
  const head = await textHead(file);
  const found = read(file, head, mostRows);
  if (found.records.length === 0 && found.names.length === 0) throw empty(file);
  const columns = columnsOf(found.records, found.names);
  if (found.isWhole) return { columns, rows: found.records.length, isEstimate: false };
  const { size } = await stat(file);
  return {
    columns,
    rows: Math.round((found.records.length * size) / Math.max(1, found.bytes)),
    isEstimate: true,
  };
}

const readers: Readonly<Record<string, (file: string, head: TextHead, most: number) => RowsHead>> = {
  jsonl: jsonLinesHead,
  json: jsonArrayHead,
  csv: (file, head, most) => csvHead(file, head, ',', most),
  tsv: (file, head, most) => csvHead(file, head, '\t', most),
};

function columnsOf(
  records: readonly Readonly<Record<string, unknown>>[],
  names: readonly string[],
): ColumnPeek[] {
  const all = new Set([...names, ...records.flatMap((record) => Object.keys(record))]);
  return [...all].map((name) => {
    const given = records
      .map((record) => record[name])
      .filter((value) => value !== null && value !== undefined);
    const texts = given.map((value) => (typeof value === 'object' ? '' : String(value)));
    return {
      name,
      kind: kindOf(given[0]),
      values: [...new Set(texts)].slice(0, mostClasses + 1),
      seen: given.length,
      longest: Math.max(0, ...texts.map(({ length }) => length)),
    };
  });
}

function kindOf(value: unknown): ColumnPeek['kind'] {
  if (value === undefined) return 'unknown';
  if (Array.isArray(value)) return 'list';
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'object':
      return 'object';
    default:
      return 'text';
  }
}

const unsupported = (file: string): LabError =>
  new LabError(
    'data-format-unsupported',
    `${file} is no kind of data that is read.`,
    `Pick a file that ends in ${dataEndings.map((ending) => `.${ending}`).join(', ')}.`,
  );

const empty = (file: string): LabError =>
  new LabError('data-empty', `${file} has no rows.`, 'Pick another file.');
