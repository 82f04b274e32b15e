import * as tf from '@tensorflow/tfjs';
import { largestTensor } from './cardLimits';
import type { Later } from './later';
import { primitives } from './primitives/current';

/**
 * Squared Frobenius norm of each sample's weight gradient, ‖X_sᵀ D_s‖², from a linear layer's inputs and output
 * gradients, without ever adding gradients of different samples. Summed in float64.
 *
 * Two exact ways: form X_sᵀ D_s once per sample, or, without forming it, Σ_tu (x_t·x_u)(d_t·d_u); the second is cheaper
 * when tokens · (in + out) < in · out (Goodfellow 2015 for vectors; Li et al. 2021, "ghost norms", for sequences).
 */
export class SampleNorms {
  /** Products x_t·x_u of the newest input: queries, keys and values read the same one. */
  private shared: { input: tf.Tensor2D; gram: tf.Tensor3D } | undefined;

  /** @param batch samples; rows of one sample lie together, as many of each */
  constructor(private readonly batch: number) {}

  /**
   * @param x [batch · tokens, in] inputs of the layer
   * @param dy [batch · tokens, out] gradient of the summed loss in its outputs; zero at padding
   * @returns [batch] loss² per weight²
   */
  of(x: tf.Tensor2D, dy: tf.Tensor2D): Later<Float64Array> {
    const gradients = tf.reshape(dy, [this.batch, -1, dy.shape[1]]) as tf.Tensor3D;
    const sizes = [gradients.shape[1], x.shape[1], dy.shape[1]] as const;
    // What cannot be bound is not formed, however cheap.
    const formable = 4 * this.batch * sizes[1] * sizes[2] <= largestTensor();
    const way = gramIsCheaper(...sizes) || !formable ? this.byGrams : this.directly;
    let norms: Later<Float64Array> = new Float64Array();
    // Not the scope's result: tidy would look through all numbers for tensors.
    tf.tidy(() => {
      norms = way.call(this, x, gradients);
    });
    gradients.dispose();
    return norms;
  }

  dispose(): void {
    tf.dispose([this.shared?.input, this.shared?.gram].filter((tensor) => tensor !== undefined));
    this.shared = undefined;
  }

  private byGrams(x: tf.Tensor2D, gradients: tf.Tensor3D): Later<Float64Array> {
    return primitives().dots(this.gramOf(x), tf.matMul(gradients, gradients, false, true));
  }

  private directly(x: tf.Tensor2D, gradients: tf.Tensor3D): Later<Float64Array> {
    const inputs = tf.reshape(x, [this.batch, -1, x.shape[1]]) as tf.Tensor3D;
    const formed = tf.matMul(inputs, gradients, true, false);
    return primitives().dots(formed, formed);
  }

  private gramOf(x: tf.Tensor2D): tf.Tensor3D {
    if (this.shared?.input.dataId === x.dataId) return this.shared.gram;
    this.dispose();
    const inputs = tf.reshape(x, [this.batch, -1, x.shape[1]]) as tf.Tensor3D;
    const gram = tf.keep(tf.matMul(inputs, inputs, false, true)) as tf.Tensor3D;
    // A second handle on the input: its memory cannot become another tensor's while the products are remembered.
    this.shared = { input: tf.keep(x.clone()), gram };
    return gram;
  }
}

/** Multiply-adds of the two ways: tokens² (in + out) against tokens · in · out. */
export const gramIsCheaper = (tokens: number, inFeatures: number, outFeatures: number): boolean =>
  tokens * (inFeatures + outFeatures) < inFeatures * outFeatures;
