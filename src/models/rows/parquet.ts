import { decompress } from 'fzstd';
import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
} from 'hyparquet';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { LabError } from '../../shared/errors';
import type { Line } from '../lineFields';
import { unreadable, type DataLine, type Rows } from './rows';

/** Beside Snappy, which hyparquet brings along: what pandas, Polars and Spark write when asked. */
const compressors: Compressors = {
  // A page says how long it is: what unpacks to more is no page. fzstd can be told no such bound.
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  ZSTD: (input) => decompress(input),
};

/**
 * The rows of a Parquet file, by column names; lists and structs are as JSON has them. Only row groups that hold a row that
 * is asked for are read, one at a time.
 *
 * @throws LabError data-missing, data-format-unsupported
 */
export async function parquetRows(file: string): Promise<Rows> {
  let buffer: AsyncBuffer;
  try {
    buffer = await asyncBufferFromFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
  const metadata = await named(file, () => parquetMetadataAsync(buffer));
  return {
    count: await named(file, () => Promise.resolve(countOf(metadata))),
    read: async (indices) => {
      const lines = new Map<number, DataLine>();
      for (const [first, last] of spans(metadata, indices)) {
        const records = await named(file, () =>
          parquetReadObjects({ file: buffer, metadata, compressors, rowStart: first, rowEnd: last + 1 }),
        );
        for (const index of indices) {
          if (index < first || index > last) continue;
          const where = `${file} row ${index + 1}`;
          lines.set(index, { record: plain(records[index - first]) as Line, where });
        }
      }
      return indices.map((index) => lines.get(index) as DataLine);
    },
  };
}

/** More rows than are ever shuffled at once: their places alone fill a heap. */
const mostRows = 100_000_000;

/** Rows, as the file as a whole and its row groups say alike. @throws Error where they do not */
function countOf({ num_rows: all, row_groups: groups }: FileMetaData): number {
  const sum = groups.reduce((rows, group) => rows + Number(group.num_rows), 0);
  if (sum !== Number(all) || groups.some((group) => Number(group.num_rows) < 0))
    throw new Error(`it has ${all} rows, and its row groups ${sum}`);
  if (sum > mostRows) throw new Error(`it has more than ${mostRows} rows`);
  return sum;
}

/** From the first to the last row asked for, of each row group that has any. */
function spans({ row_groups: groups }: FileMetaData, indices: readonly number[]): [number, number][] {
  const sorted = [...indices].sort((a, b) => a - b);
  const found: [number, number][] = [];
  let [from, begin] = [0, 0];
  for (const group of groups) {
    const end = begin + Number(group.num_rows);
    const start = from;
    while (from < sorted.length && (sorted[from] as number) < end) from++;
    if (from > start) found.push([sorted[start] as number, sorted[from - 1] as number]);
    begin = end;
  }
  return found;
}

/** A value as JSON has it. An integer that no number holds exactly becomes its digits, as ids of 64 bits often are. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value === undefined) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<unknown>, plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** The library's errors, with the file they are about. */
async function named<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new LabError(
      'data-format-unsupported',
      `${file} cannot be read as Parquet: ${message}.`,
      'Write it again, uncompressed or compressed with Snappy, gzip, Brotli or Zstandard.',
      { cause: error },
    );
  }
}
