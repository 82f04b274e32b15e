import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { openDevice } from '../../../../src/tensors/device';
import { kernelBuilds, loadHeapKernels } from '../../../../src/tensors/kernels/heapKernels';
import { composed } from '../../../../src/tensors/primitives/composed';
import { heap } from '../../../../src/tensors/primitives/heap';
import type { Primitives } from '../../../../src/tensors/primitives/primitives';
import { onCpu } from '../onCpu';

/** One way to compute the primitives. `ours`: by our own kernels, which keep closer to float64 than tfjs's operations. */
export interface Way {
  readonly name: string;
  readonly ours: boolean;
  /** Runs on it, and asserts that no tensor is left behind. Make tensors inside, give numbers back. */
  run<T>(compute: (primitives: Primitives) => T): Promise<T>;
}

/** Both builds of our kernels, and tfjs's operations on its wasm and its plain JavaScript backend. */
export const ways: readonly Way[] = [
  ...kernelBuilds.map((build) => ({
    name: `our kernels, ${build}`,
    ours: true,
    run: async <T>(compute: (primitives: Primitives) => T): Promise<T> => {
      await openDevice('native', 1);
      assert.equal(loadHeapKernels([build]), build);
      try {
        return tidily(() => compute(heap));
      } finally {
        loadHeapKernels();
      }
    },
  })),
  {
    name: 'composed on wasm',
    ours: false,
    run: async (compute) => {
      await openDevice('native', 1);
      return tidily(() => compute(composed));
    },
  },
  {
    name: 'composed on cpu',
    ours: false,
    run: async (compute) => {
      await openDevice('native', 1);
      return onCpu(() => tidily(() => compute(composed)));
    },
  },
];

function tidily<T>(compute: () => T): T {
  const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
  let result: { of: T } | undefined;
  // Not the scope's result: tidy would search all numbers for tensors.
  tf.tidy(() => {
    result = { of: compute() };
  });
  assert.deepEqual([tf.memory().numTensors, tf.engine().backend.numDataIds()], before, 'left behind');
  return result!.of;
}

/** A `describe` for each way. */
export function onEveryWay(what: string, tests: (way: Way) => void): void {
  for (const way of ways) describe(`${what}: ${way.name}`, () => tests(way));
}

/** Asserts |actual - expected| ≤ relative · |expected| + absolute everywhere; NaN, infinities: the same. */
export function pointwise(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative = 0, absolute = 0 }: { relative?: number; absolute?: number },
  what: string,
): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  for (let i = 0; i < expected.length; i++) {
    const [is, should] = [actual[i]!, expected[i]!];
    const fits = Object.is(is, should) || Math.abs(is - should) <= relative * Math.abs(should) + absolute;
    assert.ok(fits, `${what}: entry ${i} is ${is}, expected ${should}`);
  }
}

/** d (dy · f) / dx by central differences in float64, for f of one row. */
export function differences(
  f: (x: Float64Array) => ArrayLike<number>,
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
  step = 1e-5,
): number[] {
  const weighted = (entry: number, by: number): number => {
    const moved = Float64Array.from(x);
    moved[entry]! += by;
    const values = f(moved);
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i]! * dy[i]!;
    return sum;
  };
  return Array.from(x, (_, entry) => (weighted(entry, step) - weighted(entry, -step)) / (2 * step));
}
