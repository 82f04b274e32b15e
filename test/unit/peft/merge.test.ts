import assert from 'node:assert/strict';
import {
  adaLoraScaling,
  mergeLora,
  requireMergeable,
  rowsTimes,
  whyNotMergeable,
} from '../../../src/peft/merge';
import { throwsWith } from '../files/throwsCode';

describe('merging an adapter into a weight', () => {
  const a = { shape: [1, 3], values: Float32Array.of(1, 2, 3) };
  const b = { shape: [2, 1], values: Float32Array.of(10, -1) };
  const factors = { a, b, scaling: 0.5 };

  it('adds s B A, or its transpose where the weight is stored in × out', () => {
    const weight = Float32Array.of(1, 1, 1, 2, 2, 2);
    assert.deepEqual([...mergeLora(weight, [2, 3], 'out-in', factors)], [6, 11, 16, 1.5, 1, 0.5]);
    const turned = Float32Array.of(1, 2, 1, 2, 1, 2);
    assert.deepEqual([...mergeLora(turned, [3, 2], 'in-out', factors)], [6, 1.5, 11, 1, 16, 0.5]);
    assert.deepEqual([...weight], [1, 1, 1, 2, 2, 2]);
  });

  it('sums in float64 and rounds once', () => {
    const long = { shape: [3, 1], values: Float32Array.of(2 ** 24, 1, -(2 ** 24)) };
    const ones = { shape: [1, 3], values: Float32Array.of(1, 1, 1) };
    assert.deepEqual(
      [...mergeLora(Float32Array.of(0), [1, 1], 'out-in', { a: long, b: ones, scaling: 1 })],
      [1],
    );
  });

  it('refuses shapes that do not fit', () => {
    const run = (shape: number[]) => () => mergeLora(new Float32Array(6), shape, 'out-in', factors);
    throwsWith(
      run([3, 2]),
      'adapter-invalid',
      /B \[2, 1\] times A \[1, 3\] does not fit a weight of \[3, 2\]/,
    );
  });

  it('takes AdaLoRA’s E into A, and divides by the rank that training began with', () => {
    assert.deepEqual(
      [...rowsTimes({ shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) }, Float32Array.of(2, 0)).values],
      [2, 4, 0, 0],
    );
    assert.equal(adaLoraScaling(6, 4), 6 / 4.00001);
    assert.equal(adaLoraScaling(6, 4, 1), 6 / 4.00001);
    assert.equal(adaLoraScaling(0, 4), 4 / 4.00001);
  });

  it('is refused where what is added depends on the input', () => {
    for (const exact of [
      { kind: 'lora' },
      { kind: 'adalora' },
      { kind: 'moe-lora', experts: 1 },
      { kind: 'dynamic-lora', inputFactor: false },
    ] as const) {
      assert.equal(whyNotMergeable(exact), undefined);
      requireMergeable(exact);
    }
    throwsWith(() => requireMergeable({ kind: 'moe-lora', experts: 4 }), 'adapter-invalid', /4 experts/);
    throwsWith(() => requireMergeable({ kind: 'lily' }), 'adapter-invalid', /router/);
    throwsWith(
      () => requireMergeable({ kind: 'dynamic-lora', inputFactor: true }),
      'adapter-invalid',
      /enters/,
    );
  });
});
