import * as tf from '@tensorflow/tfjs';
import { readNumbers } from './readBack';

/** A product of the first size fills a CPU's caches; a card has work for all its parts only with the larger ones. */
const sizes = { cpu: [256], card: [256, 1024, 2048] };
/** A product that takes so long fills the card. */
const filledMs = 3;

const orientations: readonly (readonly [transposeA: boolean, transposeB: boolean])[] = [
  [false, false],
  [false, true],
  [true, false],
];

/**
 * Speed of the current backend on square products: the slowest of plain, right- and left-transposed, since a backward pass
 * needs all three. About 50 ms on a CPU.
 * @returns GFLOP/s
 */
export async function measureGflops(budgetMs = 50): Promise<number> {
  const backend = tf.getBackend();
  let gflops = 0;
  for (const size of sizes[backend === 'webgpu' || backend === 'tensorflow' ? 'card' : 'cpu']) {
    const times: number[] = [];
    for (const turned of orientations) times.push(await productMs(size, turned, budgetMs / 3));
    const slowest = Math.max(...times);
    gflops = (2 * size ** 3) / (slowest * 1e6);
    if (slowest > filledMs) break;
  }
  return gflops;
}

/** Milliseconds of one product, measured for so long at least. */
async function productMs(
  size: number,
  [transposeA, transposeB]: readonly [boolean, boolean],
  budgetMs: number,
): Promise<number> {
  const [a, b] = [tf.fill<tf.Rank.R2>([size, size], 0.5), tf.fill<tf.Rank.R2>([size, size], 0.25)];
  /** One entry of the last one is read: everything before it is done then. */
  const run = async (count: number): Promise<void> => {
    for (let i = 1; i < count; i++) tf.matMul(a, b, transposeA, transposeB).dispose();
    const corner = tf.tidy(() => tf.slice(tf.matMul(a, b, transposeA, transposeB), [0, 0], [1, 1]));
    const reading = readNumbers(corner);
    corner.dispose();
    await reading;
  };
  try {
    await run(1);
    for (let count = 1; ; count *= 2) {
      const started = performance.now();
      await run(count);
      const elapsed = performance.now() - started;
      if (elapsed >= budgetMs) return elapsed / count;
    }
  } finally {
    tf.dispose([a, b]);
  }
}
