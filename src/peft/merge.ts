import { LabError } from '../shared/errors';
import type { NamedArray } from '../shared/namedArray';
import type { ReadAdapter } from './read';
import type { ReadMoe } from './readMoe';

/** An adapter, as far as merging asks. */
export type Mergeable =
  | { readonly kind: 'lora' | 'adalora' }
  /** Experts of the module with the most. */
  | { readonly kind: 'moe-lora'; readonly experts: number }
  | { readonly kind: 'dynamic-lora'; readonly inputFactor: boolean }
  | { readonly kind: 'lily' };

/** Why an adapter cannot become part of the weights exactly, or undefined where it can. */
export function whyNotMergeable(adapter: Mergeable): string | undefined {
  switch (adapter.kind) {
    case 'lora':
    case 'adalora':
      return undefined;
    case 'moe-lora':
      return adapter.experts > 1
        ? `its router weighs ${adapter.experts} experts anew for every token, so no one matrix does the same`
        : undefined;
    case 'lily':
      return 'its router weighs the B’s anew for every input, so no one matrix does the same';
    case 'dynamic-lora':
      return adapter.inputFactor
        ? 'its layers are weighed by what enters them, so no one matrix does the same'
        : undefined;
  }
}

/** @throws LabError `adapter-invalid` with the reason */
export function requireMergeable(adapter: Mergeable): void {
  const why = whyNotMergeable(adapter);
  if (why === undefined) return;
  throw new LabError(
    'adapter-invalid',
    `The ${adapter.kind} adapter cannot be merged into the model: ${why}.`,
    'Load it beside the model instead.',
  );
}

/**
 * AdaLoRA's scale: alpha / (rank + 1e-5), where the rank is the one that training began with. PEFT keeps it in `ranknum`,
 * which is not saved, set to `init_r` on loading, and carried over when pruned triplets are cut out
 * (`resize_modules_by_rank_pattern`): pruning does not change it. An alpha that is not positive counts as the rank.
 */
export const adaLoraScaling = (alpha: number, initialRank: number, storedRank = initialRank): number =>
  (alpha > 0 ? alpha : storedRank) / (initialRank + 1e-5);

/** What a merge adds to a module: scaling · B A. */
export interface Factors {
  /** [r, in]; AdaLoRA's has E multiplied in. */
  readonly a: NamedArray;
  /** [out, r] */
  readonly b: NamedArray;
  readonly scaling: number;
}

/** What merging asks of an adapter that was read. */
export function mergeableOf(adapter: ReadAdapter | ReadMoe): Mergeable {
  if (adapter.kind === 'moe-lora') {
    const experts = Math.max(...[...adapter.modules.values()].map((one) => one.experts));
    return { kind: 'moe-lora', experts };
  }
  const { kind, inputFactor } = adapter;
  return inputFactor ? { kind: 'dynamic-lora', inputFactor } : { kind };
}

/** The factors of a module of an adapter that was read, or undefined where it has none. */
export function factorsOf(adapter: ReadAdapter | ReadMoe, path: string): Factors | undefined {
  requireMergeable(mergeableOf(adapter));
  const { modules, arrays } = adapter;
  const [a, b] = [arrays.get(`${path}.lora_A`), arrays.get(`${path}.lora_B`)];
  const scaling = modules.get(path)?.scaling;
  if (a === undefined || b === undefined || scaling === undefined) return undefined;
  const e = arrays.get(`${path}.lora_E`);
  return { a: e ? rowsTimes(a, e.values) : a, b, scaling };
}

/** A ∘ E: every row of A times its entry of E. */
export function rowsTimes({ shape, values }: NamedArray, factors: Float32Array): NamedArray {
  const columns = shape[1] ?? 0;
  return { shape, values: values.map((value, at) => value * (factors[Math.floor(at / columns)] ?? 0)) };
}

/**
 * W + s · B A, or W + s · (B A)ᵀ where W is stored in × out (PEFT: `get_delta_weight`); summed in float64, rounded once.
 *
 * @param weight row-major, [out, in] or, for `in-out`, [in, out]; not changed
 * @param round how a sum becomes a float32, where it is to be rounded further
 * @throws LabError `adapter-invalid` where shapes do not fit
 */
export function mergeLora(
  weight: Float32Array,
  shape: readonly number[],
  orientation: 'out-in' | 'in-out',
  { a, b, scaling }: Factors,
  round: (sum: number) => number = (sum) => sum,
): Float32Array {
  const [rank = 0, inputs = 0] = a.shape;
  const [outputs = 0] = b.shape;
  const expected = orientation === 'out-in' ? [outputs, inputs] : [inputs, outputs];
  if (b.shape[1] !== rank || shape.join() !== expected.join() || weight.length !== inputs * outputs) {
    throw new LabError(
      'adapter-invalid',
      `B [${b.shape.join(', ')}] times A [${a.shape.join(', ')}] does not fit a weight of [${shape.join(', ')}].`,
      'Use an adapter that was made for this model.',
    );
  }
  const merged = new Float32Array(weight.length);
  const row = new Float64Array(inputs);
  for (let output = 0; output < outputs; output++) {
    row.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = b.values[output * rank + k] ?? 0;
      for (let input = 0; input < inputs; input++) {
        row[input] = (row[input] ?? 0) + factor * (a.values[k * inputs + input] ?? 0);
      }
    }
    for (let input = 0; input < inputs; input++) {
      const at = orientation === 'out-in' ? output * inputs + input : input * outputs + output;
      merged[at] = round((weight[at] ?? 0) + scaling * (row[input] ?? 0));
    }
  }
  return merged;
}
