import * as tf from '@tensorflow/tfjs';

/**
 * Speed of the current backend on a 256 x 256 x 256 product: the slowest of plain, right- and left-transposed, since a
 * backward pass needs all three. About 50 ms.
 * @returns GFLOP/s
 */
export function measureGflops(budgetMs = 50): number {
  const size = 256;
  const flops = 2 * size ** 3;
  return tf.tidy(() => {
    const a = tf.randomUniform<tf.Rank.R2>([size, size], -1, 1, 'float32', 1);
    const b = tf.randomUniform<tf.Rank.R2>([size, size], -1, 1, 'float32', 2);
    const orientations: [boolean, boolean][] = [
      [false, false],
      [false, true],
      [true, false],
    ];
    const speeds = orientations.map(([transposeA, transposeB]) => {
      // Disposed by hand: a tidy would search the 65,536 values read back for tensors, which takes longer than the product.
      const product = (): void => {
        const out = tf.matMul(a, b, transposeA, transposeB);
        out.dataSync();
        out.dispose();
      };
      product();
      const started = performance.now();
      let runs = 0;
      do {
        product();
        runs++;
      } while (performance.now() - started < budgetMs / 3);
      return (runs * flops) / ((performance.now() - started) * 1e6);
    });
    return Math.min(...speeds);
  });
}
