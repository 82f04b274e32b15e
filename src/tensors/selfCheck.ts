import * as tf from '@tensorflow/tfjs';
import { readNumbers } from './readBack';

/** What a wrong driver would get wrong: products in all orientations, a sum, exp, a gather and its gradient, reading back. */
const checks: Readonly<Record<string, () => [ours: tf.Tensor, expected: readonly number[]]>> = {
  'a matrix product': () => [tf.matMul(a(), b()), product((i, k) => entry(i, k), entryOfB)],
  'a product with the right side turned': () => [
    tf.matMul(a(), tf.transpose(b()), false, true),
    product((i, k) => entry(i, k), entryOfB),
  ],
  'a product with the left side turned': () => [
    tf.matMul(tf.transpose(a()), b(), true),
    product((i, k) => entry(i, k), entryOfB),
  ],
  softmax: () => [
    tf.softmax(a()),
    rows.flatMap((i) => {
      const shares = columns.map((k) => Math.exp(entry(i, k)));
      return shares.map((share) => share / shares.reduce((sum, each) => sum + each, 0));
    }),
  ],
  'a sum over rows': () => [
    tf.sum(a(), 1),
    rows.map((i) => columns.reduce((sum, k) => sum + entry(i, k), 0)),
  ],
  'a sum by segments': () => [
    tf.unsortedSegmentSum(
      tf.gather(a(), tf.tensor1d([3, 1, 3], 'int32')),
      tf.tensor1d([0, 1, 0], 'int32'),
      2,
    ),
    [...columns.map((k) => 2 * entry(3, k)), ...columns.map((k) => entry(1, k))],
  ],
};

const size = { rows: 37, columns: 29 };
const rows = Array.from({ length: size.rows }, (_, i) => i);
const columns = Array.from({ length: size.columns }, (_, k) => k);
const entry = (i: number, k: number): number => Math.fround(Math.sin(1 + i * 7 + k * 3));
const entryOfB = (k: number, j: number): number => Math.fround(Math.cos(2 + k * 5 + j));
const a = (): tf.Tensor2D => tf.tensor2d(rows.map((i) => columns.map((k) => entry(i, k))));
const b = (): tf.Tensor2D => tf.tensor2d(columns.map((k) => rows.map((j) => entryOfB(k, j))));

function product(
  left: (i: number, k: number) => number,
  right: (k: number, j: number) => number,
): readonly number[] {
  return rows.flatMap((i) => rows.map((j) => columns.reduce((sum, k) => sum + left(i, k) * right(k, j), 0)));
}

/**
 * Computes a handful of operations on the current backend and compares them with plain arithmetic.
 * @throws Error with one sentence naming the operation that is wrong; what reading back throws
 */
export async function checkDevice(): Promise<void> {
  for (const [name, run] of Object.entries(checks)) {
    let expected: readonly number[] = [];
    const ours = tf.tidy(() => {
      const [result, wanted] = run();
      expected = wanted;
      return result;
    });
    const reading = readNumbers(ours);
    ours.dispose();
    const values = await reading;
    const wrong = expected.findIndex((value, i) => !(Math.abs((values[i] ?? NaN) - value) <= 1e-4));
    if (wrong < 0) continue;
    throw new Error(
      `its driver computes wrong numbers: ${name} gave ${values[wrong]} where ${expected[wrong]?.toFixed(5)} is right.`,
    );
  }
}
