import type { LayerScore } from '../shared/scoreFile';
import { meanAndError } from '../shared/meanAndError';

/**
 * Values of layers by sample: the sums over their modules, so that errors take account of modules that rise and fall together.
 *
 * @param layers the layer of each module
 * @param perSample one row a module, one value a sample
 * @returns one row for every layer that has a module, by layer
 */
export function layerRows(
  layers: readonly number[],
  perSample: readonly ArrayLike<number>[],
): { readonly layer: number; readonly values: readonly number[] }[] {
  const sums = new Map<number, number[]>();
  layers.forEach((layer, index) => {
    const row = perSample[index] ?? [];
    const before = sums.get(layer);
    sums.set(
      layer,
      Array.from({ length: row.length }, (_, sample) => (before?.[sample] ?? 0) + (row[sample] ?? 0)),
    );
  });
  return [...sums].sort(([a], [b]) => a - b).map(([layer, values]) => ({ layer, values }));
}

/** Scores of layers from the per-sample values of their modules, as `layerRows` takes them. */
export const layerScores = (
  layers: readonly number[],
  perSample: readonly ArrayLike<number>[],
): LayerScore[] =>
  layerRows(layers, perSample).map(({ layer, values }) => {
    const { mean, standardError } = meanAndError(values);
    return { layer, score: mean, standardError };
  });
