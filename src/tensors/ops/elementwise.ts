import * as tf from '@tensorflow/tfjs';
import { primitives } from '../primitives/current';
import type { Activation, HeadLayout, NormForm, NormWeights } from '../primitives/primitives';
import { differentiable } from './differentiable';

/** Layer norm or RMS norm with frozen weights. @param x [rows, width] */
export function frozenNorm(x: tf.Tensor2D, weights: NormWeights, form: NormForm): tf.Tensor2D {
  return differentiable<tf.Tensor2D>([x], ([input]) => {
    const rows = input as tf.Tensor2D;
    const { value, stats } = primitives().norm(rows, weights, form);
    return {
      value,
      saved: [rows, stats],
      gradient: (dy, [kept, measured]) => [
        primitives().normGradient(
          kept as tf.Tensor2D,
          weights,
          measured as tf.Tensor2D,
          dy as tf.Tensor2D,
          form,
        ),
      ],
    };
  });
}

/** f(x). @param x [rows, width] */
export function activate(x: tf.Tensor2D, kind: Activation): tf.Tensor2D {
  return differentiable<tf.Tensor2D>([x], ([input]) => {
    const { value, slope } = primitives().activationAndSlope(input as tf.Tensor2D, kind);
    return { value, saved: [slope], gradient: (dy, [kept]) => [tf.mul(dy, kept as tf.Tensor)] };
  });
}

/** f(gate) · up, as in SwiGLU (Shazeer 2020). @param gate [rows, width] @param up [rows, width] */
export function gate(gates: tf.Tensor2D, ups: tf.Tensor2D, kind: Activation): tf.Tensor2D {
  return differentiable<tf.Tensor2D>([gates, ups], (inputs) => {
    const [g, u] = inputs as [tf.Tensor2D, tf.Tensor2D];
    return {
      value: primitives().gated(g, u, kind),
      saved: [g, u],
      gradient: (dy, kept) => {
        const [keptGate, keptUp] = kept as [tf.Tensor2D, tf.Tensor2D];
        const gradients = primitives().gatedGradient(keptGate, keptUp, dy as tf.Tensor2D, kind);
        return [gradients.gate, gradients.up];
      },
    };
  });
}

/** f(gate) · up of one projection whose first half of columns is the gate. @param x [rows, 2 · width] */
export function gateHalves(x: tf.Tensor2D, kind: Activation): tf.Tensor2D {
  const width = x.shape[1] / 2;
  const halves: readonly HeadLayout[] = [0, width].map((offset) => ({
    heads: 1,
    headSize: width,
    offset,
    stride: width,
  }));
  const cut = (rows: tf.Tensor2D): tf.Tensor2D[] =>
    halves.map((layout) => tf.reshape(primitives().splitHeads(rows, layout, 1), [-1, width]) as tf.Tensor2D);
  return differentiable<tf.Tensor2D>([x], ([input]) => {
    const [g, u] = cut(input as tf.Tensor2D) as [tf.Tensor2D, tf.Tensor2D];
    return {
      value: primitives().gated(g, u, kind),
      saved: [g, u],
      gradient: (dy, kept) => {
        const [keptGate, keptUp] = kept as [tf.Tensor2D, tf.Tensor2D];
        const gradients = primitives().gatedGradient(keptGate, keptUp, dy as tf.Tensor2D, kind);
        const parts = [gradients.gate, gradients.up].map((part, index) => ({
          values: tf.reshape(part, [1, 1, -1, width]) as tf.Tensor4D,
          layout: halves[index] as HeadLayout,
        }));
        return [primitives().joinHeads(parts, 2 * width)];
      },
    };
  });
}

/** a + b of one shape, keeping neither for the gradient. */
export function addResidual(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return differentiable<tf.Tensor2D>([a, b], (inputs) => {
    const [first, second] = inputs as [tf.Tensor2D, tf.Tensor2D];
    return {
      value: tf.add(first, second),
      saved: [],
      // Two tensors over one buffer: each is freed by itself.
      gradient: (dy) => [dy.clone(), dy.clone()],
    };
  });
}
