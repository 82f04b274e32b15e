import { open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readModelFolder, type ModelFolder } from '../../../src/files/modelFolder';
import { smallLlama, writeRandomLlama } from './randomLlama';

export const tableName = 'model.embed_tokens.weight';
export const tableWidth = smallLlama.hidden_size;
/** 77 MB in float32: more than is kept in memory, and two slices of an output matrix. */
export const largeRows = 1_200_000;

/**
 * Writes a model whose embedding has so many rows; most of the file is a hole, which takes no space.
 * @param values a row's numbers; rows that are not listed are 0
 */
export async function writeTable(
  dir: string,
  rows: number,
  values: ReadonlyMap<number, Float32Array>,
): Promise<ModelFolder> {
  await writeRandomLlama(dir, { ...smallLlama, vocab_size: 40 });
  // The table moves behind everything else, where it can be of any length.
  const file = path.join(dir, 'model.safetensors');
  const bytes = await readFile(file);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString()) as Record<string, object>;
  const body = bytes.subarray(8 + headerLength);
  const begin = body.length;
  header[tableName] = {
    dtype: 'F32',
    shape: [rows, tableWidth],
    data_offsets: [begin, begin + rows * tableWidth * 4],
  };
  // What the table leaves behind belongs to a tensor of its own: safetensors files have no gaps.
  header['unused'] = { dtype: 'F32', shape: [40, tableWidth], data_offsets: [0, 40 * tableWidth * 4] };
  const json = JSON.stringify(header);
  const padded = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  await writeFile(file, Buffer.concat([length, padded, body]));
  const handle = await open(file, 'r+');
  const start = 8 + padded.length + begin;
  await handle.truncate(start + rows * tableWidth * 4);
  for (const [row, entries] of values) {
    await handle.write(new Uint8Array(entries.buffer), 0, tableWidth * 4, start + row * tableWidth * 4);
  }
  await handle.close();
  await writeFile(path.join(dir, 'config.json'), JSON.stringify({ ...smallLlama, vocab_size: rows }));
  return readModelFolder(dir);
}
