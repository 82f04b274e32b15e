import type { Adapter } from '../../../src/adapters/adapter';
import { DynamicLora, type DynamicLoraOptions } from '../../../src/adapters/dynamicLora';
import { numbers } from '../tensors/numbers';
import { batchOf, moduleOf } from './throughModule';

export const width = 6;
export const layers = [0, 1, 2, 3];
/** Two modules a layer: they go up and down together. */
export const modules = layers.flatMap((layer) => [
  moduleOf(layer, width, 5),
  moduleOf(layer, width, 7, 'self_attn.v_proj'),
]);
export const rank = 3;
export const adapted = modules.map((module) => ({ module, rank, alpha: 4, experts: 1 }));
export const off: DynamicLoraOptions = {
  ...{ dropout: 0, rankStabilized: false, layerWeights: false, reallocate: false, inputFactor: 0 },
  ...{ smoothing: 0.9, interval: 5, warmupRatio: 0.1, temperature: 1, rankMin: 1, rankMaxFactor: 2 },
};
export const make = (over: Partial<DynamicLoraOptions> = {}): DynamicLora =>
  new DynamicLora(adapted, { ...off, ...over }, width, 5);
export const [query] = modules as [(typeof modules)[0]];
export const batch = batchOf(4, 2, 3);
export const given = { module: query, batch, x: numbers(12 * width, 1), y: numbers(12 * 5, 2) } as const;

/** B's are 0 at the start. */
export function disturb<T extends Adapter>(adapter: T): T {
  adapter.parameters.forEach(({ trained, values }, index) => {
    if (trained) values.set(numbers(values.length, index + 11));
  });
  return adapter;
}
