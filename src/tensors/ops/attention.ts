import * as tf from '@tensorflow/tfjs';
import { primitives } from '../primitives/current';
import type { AttentionForm, HeadLayout, RotaryTables } from '../primitives/primitives';
import { differentiable } from './differentiable';

/** Queries, keys and values as columns of one projection (`fused`) or of three. */
export interface AttentionInputs {
  /** One tensor or three, each [batch · length, columns]. */
  readonly projections: readonly [tf.Tensor2D] | readonly [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  readonly q: HeadLayout;
  readonly k: HeadLayout;
  readonly v: HeadLayout;
}

/**
 * Scaled dot product attention (Vaswani et al. 2017) with grouped key and value heads, rotary embedding, causal mask,
 * window and soft cap. The queries of one group are stacked along the positions, so that keys and values are never copied
 * per query head.
 * @returns [batch · length, query heads · head size]
 */
export function attention(
  inputs: AttentionInputs,
  batch: number,
  form: AttentionForm,
  rotary: RotaryTables | undefined,
): tf.Tensor2D {
  const { projections, q, k, v } = inputs;
  const { heads, headSize } = q;
  const stacked: [number, number, number, number] = [
    batch,
    k.heads,
    (heads / k.heads) * form.length,
    headSize,
  ];
  const joined: HeadLayout = { heads, headSize, offset: 0, stride: headSize };
  const fused = projections.length === 1;
  return differentiable<tf.Tensor2D>(projections, (given) => {
    const use = primitives();
    const [qRows, kRows = qRows, vRows = qRows] = given as readonly [tf.Tensor2D, tf.Tensor2D?, tf.Tensor2D?];
    const queries = tf.reshape(use.splitHeads(qRows, q, batch, rotary), stacked) as tf.Tensor4D;
    const keys = use.splitHeads(kRows, k, batch, rotary);
    const values = use.splitHeads(vRows, v, batch);
    const products = tf.matMul(queries, keys, false, true) as tf.Tensor4D;
    const { shares, slopes } = use.shares(products, form);
    const mixed = tf.reshape(tf.matMul(shares, values), [batch, heads, form.length, headSize]) as tf.Tensor4D;
    return {
      value: use.joinHeads([{ values: mixed, layout: joined }], heads * headSize),
      saved: [queries, keys, values, shares, ...(slopes === undefined ? [] : [slopes])],
      gradient: (dy, saved) => {
        const [keptQ, keptK, keptV, kept, keptSlopes] = saved as tf.Tensor4D[];
        if (keptQ === undefined || keptK === undefined || keptV === undefined || kept === undefined) {
          throw new Error('Attention saved less than it needs.');
        }
        const dMixed = tf.reshape(use.splitHeads(dy as tf.Tensor2D, joined, batch), stacked);
        const dValues = tf.matMul(kept, dMixed, true) as tf.Tensor4D;
        const dShares = tf.matMul(dMixed, keptV, false, true) as tf.Tensor4D;
        const dProducts = use.sharesGradient(dShares, kept, keptSlopes, form);
        const dQueries = tf.reshape(tf.matMul(dProducts, keptK), [batch, heads, form.length, headSize]);
        const dKeys = tf.matMul(dProducts, keptQ, true) as tf.Tensor4D;
        const parts = [
          { values: dQueries as tf.Tensor4D, layout: q, rotary },
          { values: dKeys, layout: k, rotary },
          { values: dValues, layout: v },
        ];
        if (fused) return [use.joinHeads(parts, qRows.shape[1])];
        return parts.map((part, index) => use.joinHeads([part], (given[index] as tf.Tensor2D).shape[1]));
      },
    };
  });
}
