import type * as tf from '@tensorflow/tfjs';
import type { NormWeights } from '../tensors/primitives/primitives';
import type { NormSpec } from './spec';

/** The tensors of a norm by name, with their shapes. */
export function normShapes({ name, width, parameters }: NormSpec): Record<string, readonly number[]> {
  if (parameters === 'none') return {};
  const weight = { [`${name}.weight`]: [width] };
  return parameters === 'weight' ? weight : { ...weight, [`${name}.bias`]: [width] };
}

/** The same out of loaded tensors. @param tensors by the names that `normShapes` gives */
export function normWeights({ name }: NormSpec, tensors: Readonly<Record<string, tf.Tensor>>): NormWeights {
  return {
    weight: tensors[`${name}.weight`] as tf.Tensor1D | undefined,
    bias: tensors[`${name}.bias`] as tf.Tensor1D | undefined,
  };
}
