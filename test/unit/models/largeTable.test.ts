import assert from 'node:assert/strict';
import { open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readModelFolder, type ModelFolder } from '../../../src/files/modelFolder';
import { WeightReader } from '../../../src/models/weights';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { numbers } from '../tensors/numbers';
import { smallLlama, writeRandomLlama } from './randomLlama';

const name = 'model.embed_tokens.weight';
const width = 16;
/** 77 MB in float32: above what is kept in memory. */
const large = 1_200_000;
const small = 500;

/**
 * Writes a model whose embedding has so many rows; most of the file is a hole, which takes no space.
 * @param values a row's numbers; rows that are not listed are 0
 */
async function writeTable(
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
  header[name] = { dtype: 'F32', shape: [rows, width], data_offsets: [begin, begin + rows * width * 4] };
  // What the table leaves behind belongs to a tensor of its own: safetensors files have no gaps.
  header['unused'] = { dtype: 'F32', shape: [40, width], data_offsets: [0, 40 * width * 4] };
  const json = JSON.stringify(header);
  const padded = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  await writeFile(file, Buffer.concat([length, padded, body]));
  const handle = await open(file, 'r+');
  const start = 8 + padded.length + begin;
  await handle.truncate(start + rows * width * 4);
  for (const [row, entries] of values) {
    await handle.write(new Uint8Array(entries.buffer), 0, width * 4, start + row * width * 4);
  }
  await handle.close();
  await writeFile(path.join(dir, 'config.json'), JSON.stringify({ ...smallLlama, vocab_size: rows }));
  return readModelFolder(dir);
}

describe('a table that is too large to keep', () => {
  const folder = temporaryFolder();
  const readers: WeightReader[] = [];
  before(() => openDevice('native', 1));
  after(() => Promise.all(readers.map((reader) => reader.close())));

  const reading = async (rows: number, values: ReadonlyMap<number, Float32Array>): Promise<WeightReader> => {
    const dir = path.join(folder.path, `table ${readers.length}`);
    const reader = new WeightReader(await writeTable(dir, rows, values));
    readers.push(reader);
    return reader;
  };
  /** 100 rows, more than are read at once, spread over the large table and one behind the other in the small one. */
  const spread = Array.from({ length: 100 }, (_, i) => (i === 99 ? large - 1 : i * 11_111));
  const valuesOf = (i: number): Float32Array => numbers(width, i + 1);
  const asked = [...spread.keys(), 3, 99, 3, 0].reverse();

  it('gives the same rows as one that is kept, and as its slices', async () => {
    const kept = await reading(small, new Map(spread.map((_, i) => [i, valuesOf(i)])));
    const ranged = await reading(large, new Map(spread.map((row, i) => [row, valuesOf(i)])));
    const wanted = Float32Array.from(asked.flatMap((i) => [...valuesOf(i)]));
    assert.deepEqual(await kept.rows(name, [small, width], asked), wanted);
    const places = asked.map((i) => spread[i]!);
    // Twice: nothing of it is remembered.
    for (let time = 0; time < 2; time++) {
      assert.deepEqual(await ranged.rows(name, [large, width], places), wanted);
    }
    assert.deepEqual(await ranged.rows(name, [large, width], [1, 2]), new Float32Array(2 * width));
    const last = await ranged.slice(name, [large, width], large - 2, 2);
    assert.deepEqual(last.dataSync().subarray(width), valuesOf(99));
    last.dispose();
  });

  it('refuses a row that is not finite', async () => {
    const ranged = await reading(large, new Map([[7, new Float32Array(width).fill(NaN)]]));
    await rejectsWith(
      ranged.rows(name, [large, width], [6, 7]),
      'weights-not-finite',
      /embed_tokens\.weight in .* holds NaN/,
    );
    assert.deepEqual(await ranged.rows(name, [large, width], [6, 8]), new Float32Array(2 * width));
  });
});
