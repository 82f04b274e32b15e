import { decompress } from 'fzstd';
import { parquetMetadataAsync, parquetReadObjects, parquetSchema, type Compressors } from 'hyparquet';
import { stat } from 'node:fs/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { LabError, toLabError } from '../../shared/errors';
import { bytesOf } from './fileHead';

/** Beside Snappy, which hyparquet brings along. */
const compressors: Compressors = {
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  ZSTD: (input) => decompress(input),
};

/** A group of rows is read whole; a larger one is not looked into, and its columns are known by their names alone. */
const mostBytes = 32e6;

/**
 * The columns of a Parquet file, its first rows and their number.
 *
 * @throws LabError data-missing, data-line-invalid
 */
export async function peekParquet(
  file: string,
  most: number,
): Promise<{
  readonly rows: { readonly names: readonly string[]; readonly records: readonly Record<string, unknown>[] };
  readonly count: number;
}> {
  try {
    const { size } = await stat(file);
    const slice = async (start: number, end = size): Promise<ArrayBuffer> => {
      const bytes = await bytesOf(file, start, end);
      return new Uint8Array(bytes).buffer;
    };
    const buffer = { byteLength: size, slice };
    const metadata = await parquetMetadataAsync(buffer);
    const names = parquetSchema(metadata).children.map(({ element }) => element.name);
    const [group] = metadata.row_groups;
    const isSmall = group !== undefined && Number(group.total_byte_size) <= mostBytes;
    const end = Math.min(most, Number(group?.num_rows ?? 0));
    // What it is compressed with may be unknown here: the columns are there all the same.
    const records = isSmall
      ? await parquetReadObjects({ file: buffer, metadata, compressors, rowStart: 0, rowEnd: end }).catch(
          () => [],
        )
      : [];
    return { rows: { names, records }, count: Number(metadata.num_rows) };
  } catch (thrown) {
    const { code } = toLabError(thrown);
    if (code === 'data-missing') throw thrown;
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new LabError('data-missing', `${file} cannot be read.`, 'Check the file.', { cause: thrown });
    }
    throw new LabError('data-line-invalid', `${file} is no Parquet file.`, 'Pick another file.', {
      cause: thrown,
    });
  }
}
