import type { LayerScore } from '../shared/scoreFile';
import { meanAndError } from './standardError';

/**
 * Scores of layers from the per-sample values of their modules: a layer's value for a sample is the sum over its modules,
 * so that its standard error takes account of modules that rise and fall together.
 *
 * @param layers the layer of each module
 * @param perSample one row a module, one value a sample
 * @returns one entry for every layer that has a module, by layer
 */
export function layerScores(
  layers: readonly number[],
  perSample: readonly ArrayLike<number>[],
): LayerScore[] {
  const sums = new Map<number, number[]>();
  layers.forEach((layer, index) => {
    const row = perSample[index] ?? [];
    const before = sums.get(layer);
    sums.set(
      layer,
      Array.from({ length: row.length }, (_, sample) => (before?.[sample] ?? 0) + (row[sample] ?? 0)),
    );
  });
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([layer, values]) => {
      const { mean, standardError } = meanAndError(values);
      return { layer, score: mean, standardError };
    });
}
