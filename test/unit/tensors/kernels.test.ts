import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { checkAlone, sourcesHash } from '../../../scripts/kernels';
import { openDevice } from '../../../src/tensors/device';
import { heapKernels } from '../../../src/tensors/kernels/heapKernels';
import { composed } from '../../../src/tensors/primitives/composed';
import { primitives } from '../../../src/tensors/primitives/current';
import { heap } from '../../../src/tensors/primitives/heap';
import { activations } from '../../../src/tensors/primitives/primitives';
import { onCpu } from './onCpu';

const folder = path.resolve(__dirname, '../../../src/tensors/kernels');
const bytesOf = (name: string): Buffer => readFileSync(path.join(folder, 'bytes', name));

describe('our WebAssembly kernels', () => {
  it('were built from the sources that are here', () => {
    const built = bytesOf('sources.sha256').toString('utf8').trim();
    assert.equal(built, sourcesHash(), 'npm run kernels builds them anew');
  });

  for (const name of ['kernels.wasm', 'kernels-fma.wasm']) {
    it(`put nothing of their own on tfjs's heap: ${name}`, () => checkAlone(bytesOf(name), name));
  }

  it('are refused where they bring static data', () => {
    // A module of one section, of data: its number, its length and no segments.
    const module = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 11, 1, 0]);
    assert.throws(() => checkAlone(module, 'x.wasm'), /x\.wasm has static data/);
  });

  it('number the activations as TypeScript does', () => {
    const source = readFileSync(path.join(folder, 'c', 'activations.c'), 'utf8');
    const names = /enum \{ (GELU[^}]*) \};/
      .exec(source)?.[1]
      ?.split(', ')
      .map((name) => name.trim());
    assert.deepEqual(
      names,
      activations.map((name) => name.toUpperCase().replace('-', '_')),
    );
  });

  it('are those that the binding names', async () => {
    await openDevice('native', 1);
    const binding = readFileSync(path.join(folder, 'heapKernels.ts'), 'utf8');
    const members = /interface HeapKernels \{(.*?)\n\}/s.exec(binding)?.[1] ?? '';
    const named = [...members.matchAll(/^ {2}(\w+)[:(]/gm)].map(([, name]) => name);
    const exported = Object.keys(heapKernels()).filter((name) => name !== 'memory');
    assert.deepEqual(exported.sort(), named.sort());
  });

  it('are taken where tensors lie on the wasm heap, and nowhere else', async () => {
    await openDevice('native', 1);
    assert.equal(primitives(), heap);
    assert.equal(await onCpu(() => primitives()), composed);
  });

  it('refuse what is not float32', async () => {
    await openDevice('native', 1);
    tf.tidy(() => {
      const x = tf.tensor2d([1, 2], [1, 2], 'int32');
      assert.throws(() => heap.activation(x, 'relu'), /float32 was given int32/);
    });
  });

  it('refuse sizes that would reach behind a tensor', async () => {
    await openDevice('native', 1);
    const layout = { heads: 2, headSize: 3, offset: 0, stride: 3 };
    const form = { length: 3, causal: true, lengths: Int32Array.of(3), scale: 1 };
    const norm = { kind: 'rms', epsilon: 1, weightOffset: 0 } as const;
    tf.tidy(() => {
      const x = tf.ones<tf.Rank.R2>([4, 5]);
      const other = tf.ones<tf.Rank.R2>([4, 4]);
      const products = tf.ones<tf.Rank.R4>([2, 1, 3, 3]);
      const tables = { dims: 2, cos: tf.ones<tf.Rank.R2>([1, 1]), sin: tf.ones<tf.Rank.R2>([1, 1]) };
      const heads = tf.ones<tf.Rank.R4>([1, 2, 4, 3]);
      for (const call of [
        () => heap.addInto(x, other),
        () => heap.dots(x, other),
        () => heap.gated(x, other, 'silu'),
        () => heap.addBias(x, tf.ones([4])),
        () => heap.norm(x, { weight: tf.ones([4]) }, norm),
        () => heap.crossEntropyGradient(x, new Float64Array(3), new Int32Array(4), new Float32Array(4)),
        () => heap.splitHeads(x, layout, 1),
        () => heap.splitHeads(x, { ...layout, headSize: 2 }, 1, tables),
        () => heap.splitHeads(x, { ...layout, headSize: 2 }, 3),
        () => heap.joinHeads([{ values: heads, layout }], 7),
        () => heap.joinHeads([{ values: heads, layout: { ...layout, headSize: 4 } }], 8),
        () => heap.shares(products, form),
        () => heap.sharesGradient(products, tf.ones([1, 1, 3, 3]), undefined, form),
      ]) {
        assert.throws(call, /A kernel was given/, String(call));
      }
    });
  });

  it('are small', () => {
    const names = readdirSync(path.join(folder, 'bytes')).filter((name) => name.endsWith('.wasm'));
    for (const name of names) assert.ok(bytesOf(name).length < 60_000, name);
    assert.equal(names.length, 2);
  });
});
