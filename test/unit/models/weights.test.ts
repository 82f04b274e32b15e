import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import path from 'node:path';
import type { FloatDtype } from '../../../src/files/dtypes';
import { readModelFolder, type ModelFolder } from '../../../src/files/modelFolder';
import type { TensorToWrite } from '../../../src/files/safetensorsWrite';
import { WeightReader, type Shapes } from '../../../src/models/weights';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { smallLlama, writeRandomLlama } from './randomLlama';

const embedding = 'model.embed_tokens.weight';
const norm = 'model.norm.weight';
const query = 'model.layers.0.self_attn.q_proj.weight';
const shapes: Shapes = { [embedding]: [40, 16], [norm]: [16], [query]: [16, 16] };
const table = [40, 16] as const;

describe('WeightReader', () => {
  const folder = temporaryFolder();
  let count = 0;
  let stored: readonly TensorToWrite[] = [];
  let open: WeightReader[] = [];
  let atStart: number[] = [];
  const left = (): number[] => [tf.memory().numTensors, tf.engine().backend.numDataIds()];

  before(() => openDevice('native', 1));
  beforeEach(() => {
    atStart = left();
    open = [];
  });
  afterEach(async () => {
    await Promise.all(open.map((reader) => reader.close()));
    assert.deepEqual(left(), atStart, 'left behind');
  });

  const write = async (
    change: (tensors: TensorToWrite[]) => TensorToWrite[] = (tensors) => tensors,
  ): Promise<ModelFolder> => {
    const dir = path.join(folder.path, `model ${count++}`);
    await writeRandomLlama(dir, smallLlama, (tensors) => {
      stored = change(tensors);
      return [...stored];
    });
    return readModelFolder(dir);
  };
  const reading = async (change?: (tensors: TensorToWrite[]) => TensorToWrite[]): Promise<WeightReader> => {
    const reader = new WeightReader(await write(change));
    open.push(reader);
    return reader;
  };
  const dataOf = (name: string): Float32Array => stored.find((tensor) => tensor.name === name)!.data;
  /** Rows of the embedding as they were written. */
  const rowsOf = (rows: readonly number[]): Float32Array =>
    Float32Array.from(rows.flatMap((row) => [...dataOf(embedding).subarray(row * 16, (row + 1) * 16)]));
  const as =
    (dtype: FloatDtype) =>
    (tensors: TensorToWrite[]): TensorToWrite[] =>
      tensors.map((tensor) => ({ ...tensor, dtype }));
  /** One entry of a tensor replaced. */
  const broken = (name: string, entry: number, value: number) => (tensors: TensorToWrite[]) =>
    tensors.map((tensor) => {
      if (tensor.name !== name) return tensor;
      return { ...tensor, data: tensor.data.map((old, index) => (index === entry ? value : old)) };
    });
  const check = (loaded: Record<string, tf.Tensor>, wanted: Shapes): void => {
    assert.deepEqual(Object.keys(loaded), Object.keys(wanted));
    for (const [name, shape] of Object.entries(wanted)) {
      assert.deepEqual([loaded[name]!.shape, loaded[name]!.dtype], [[...shape], 'float32']);
      assert.deepEqual(loaded[name]!.dataSync(), dataOf(name), name);
    }
    tf.dispose(loaded);
  };

  it('puts the stored numbers on the device, in the stored shape', async () => {
    const reader = await reading();
    check(await reader.load(shapes), shapes);
    check(await reader.load(shapes), shapes);
    assert.deepEqual(await reader.load({}), {});
    assert.deepEqual([reader.has(norm), reader.has('model.norm.bias')], [true, false]);
  });

  // The first bits of each: rounded weights are exactly what float32 then holds.
  for (const [dtype, bits] of [
    ['F16', 0xffffe000],
    ['BF16', 0xffff0000],
  ] as const) {
    it(`widens ${dtype}`, async () => {
      const cut = (tensors: TensorToWrite[]): TensorToWrite[] =>
        as(dtype)(tensors).map((tensor) => {
          const data = tensor.data.slice();
          // Above float16's subnormal numbers.
          for (let i = 0; i < data.length; i++) if (Math.abs(data[i]!) < 1e-3) data[i] = 0.5;
          const words = new Uint32Array(data.buffer);
          for (let i = 0; i < words.length; i++) words[i] = (words[i]! & bits) >>> 0;
          return { ...tensor, data };
        });
      const reader = await reading(cut);
      check(await reader.load(shapes), shapes);
      assert.deepEqual(await reader.rows(embedding, table, [7, 0, 7]), rowsOf([7, 0, 7]));
      const part = await reader.slice(embedding, table, 3, 2);
      assert.deepEqual(part.dataSync(), rowsOf([3, 4]));
      part.dispose();
    });
  }

  it('may begin to read early: what is asked for, and whatever else is loaded instead', async () => {
    const reader = await reading();
    reader.readAhead(shapes);
    reader.readAhead(shapes);
    check(await reader.load(shapes), shapes);
    reader.readAhead(shapes);
    check(await reader.load({ [norm]: [16] }), { [norm]: [16] });
    reader.readAhead({ [query]: [16, 16] });
    reader.readAhead({ [norm]: [16] });
    check(await reader.load(shapes), shapes);
    reader.readAhead(shapes);
    // Without a load: closing waits for it.
  });

  it('loads what is asked for at the same time', async () => {
    const reader = await reading();
    const parts: Shapes[] = [{ [norm]: [16] }, { [query]: [16, 16] }, { [embedding]: [40, 16] }];
    const loaded = await Promise.all(parts.map((part) => reader.load(part)));
    loaded.forEach((of, index) => check(of, parts[index]!));
  });

  it('reports what it could not read ahead where it is loaded, and reads on', async () => {
    const reader = await reading();
    reader.readAhead({ none: [1] });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await rejectsWith(reader.load({ none: [1] }), 'model-tensor-missing', /has no tensor none/);
    reader.readAhead({ none: [1] });
    check(await reader.load(shapes), shapes);
  });

  it('takes slices, one after the other and while something else is read ahead', async () => {
    const reader = await reading();
    reader.readAhead(shapes);
    for (const [first, size] of [
      [0, 40],
      [0, 7],
      [33, 7],
      [12, 1],
    ] as const) {
      const part = await reader.slice(embedding, table, first, size);
      assert.deepEqual(part.shape, [size, 16]);
      assert.deepEqual(part.dataSync(), rowsOf(Array.from({ length: size }, (_, i) => first + i)));
      part.dispose();
    }
    check(await reader.load(shapes), shapes);
  });

  it('gathers rows of a table in the order that is asked for, and again', async () => {
    const reader = await reading();
    for (const rows of [[5], [39, 0, 5, 5, 39], [...Array(40).keys()], []]) {
      assert.deepEqual(await reader.rows(embedding, table, Int32Array.from(rows)), rowsOf(rows));
    }
  });

  type Code = 'model-tensor-missing' | 'model-tensor-shape' | 'weights-not-finite';
  type Change = (tensors: TensorToWrite[]) => TensorToWrite[];
  const without: Change = (tensors) => tensors.filter(({ name }) => name !== norm);
  const refused: readonly [
    what: string,
    code: Code,
    message: RegExp,
    change: Change | undefined,
    shape: number[],
  ][] = [
    [
      'a tensor that is not there',
      'model-tensor-missing',
      /model \d+ has no tensor model\.norm\.weight/,
      without,
      [16],
    ],
    [
      'another shape',
      'model-tensor-shape',
      /model\.norm\.weight in .*model\.safetensors is \[16\]; config\.json asks for \[4, 4\]/,
      undefined,
      [4, 4],
    ],
    [
      'a NaN',
      'weights-not-finite',
      /model\.norm\.weight in .*model\.safetensors holds NaN at entry 3/,
      broken(norm, 3, NaN),
      [16],
    ],
    ['an infinity', 'weights-not-finite', /holds -Infinity at entry 3/, broken(norm, 3, -Infinity), [16]],
  ];
  for (const [what, code, message, change, shape] of refused) {
    it(`refuses ${what}, naming file and tensor, and keeps nothing`, async () => {
      const reader = await reading(change);
      // Once more: what failed is not remembered as good.
      for (let time = 0; time < 2; time++) {
        await rejectsWith(reader.load({ [embedding]: [40, 16], [norm]: shape }), code, message);
        await rejectsWith(reader.load({ [norm]: shape }), code, message);
      }
    });
  }

  it('refuses a row or a slice that is not finite, whichever it is, and takes the others', async () => {
    for (const value of [NaN, Infinity]) {
      const reader = await reading(broken(embedding, 20 * 16 + 3, value));
      const message = /model\.embed_tokens\.weight in .*model\.safetensors holds (NaN|Infinity)/;
      assert.deepEqual(await reader.rows(embedding, table, [19, 21]), rowsOf([19, 21]));
      await rejectsWith(reader.rows(embedding, table, [19, 20]), 'weights-not-finite', message);
      (await reader.slice(embedding, table, 0, 20)).dispose();
      await rejectsWith(reader.slice(embedding, table, 20, 20), 'weights-not-finite', message);
      await rejectsWith(reader.rows(embedding, [16, 40], [0]), 'model-tensor-shape');
      await rejectsWith(reader.slice(embedding, [16, 40], 0, 1), 'model-tensor-shape');
    }
  });
});
