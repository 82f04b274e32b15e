import assert from 'node:assert/strict';
import path from 'node:path';
import { WeightReader } from '../../../src/models/weights';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { numbers } from '../tensors/numbers';
import { largeRows as large, tableName as name, tableWidth as width, writeTable } from './largeTable';

const small = 500;

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
