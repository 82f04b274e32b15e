import * as tf from '@tensorflow/tfjs';
import { primitives } from '../primitives/current';
import { differentiable } from './differentiable';
import { times, type Matrix } from './matrix';

/** A frozen linear layer's tensors. */
export interface LinearWeights {
  /** [out, in] as torch's `Linear` stores it, or [in, out] as GPT-2's `Conv1D` does. */
  readonly weight: Matrix;
  /** [out] */
  readonly bias?: tf.Tensor1D | undefined;
  readonly orientation: 'out-in' | 'in-out';
}

/** Called in the backward pass with the layer's inputs [rows, in] and its outputs' gradients [rows, out]. */
export type LinearRecorder = (x: tf.Tensor2D, dy: tf.Tensor2D) => void;

export interface LinearOptions {
  readonly record?: LinearRecorder | undefined;
  /** Nothing below this layer wants a gradient: zeros are returned instead of a product. */
  readonly bottom?: boolean;
}

/**
 * A frozen linear layer, y = x Wᵀ + b, that hands its inputs and output gradients to `record` during the backward pass and
 * never forms the weight's gradient.
 * @param x [rows, in]
 * @returns [rows, out]
 */
export function frozenLinear(
  x: tf.Tensor2D,
  { weight, bias, orientation }: LinearWeights,
  { record, bottom = false }: LinearOptions = {},
): tf.Tensor2D {
  const turned = orientation === 'out-in';
  return differentiable<tf.Tensor2D>([x], ([input]) => {
    const rows = input as tf.Tensor2D;
    const product = tf.tidy(() => times(rows, weight, turned));
    return {
      value: bias === undefined ? product : primitives().addBias(product, bias),
      saved: record === undefined ? [] : [rows],
      gradient: (dy, [kept]) => {
        record?.(kept as tf.Tensor2D, dy as tf.Tensor2D);
        return [bottom ? tf.zeros(rows.shape) : times(dy as tf.Tensor2D, weight, !turned)];
      },
    };
  });
}
