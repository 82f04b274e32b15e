import type * as tf from '@tensorflow/tfjs';
import type { Batch } from '../models/batches';
import type { Parameter } from './parameter';
import type { NamedArray } from '../shared/namedArray';

/** A parameter's numbers on the device, by name. */
export type Tensors = (name: string) => tf.Tensor;

/** One pass over a batch. */
export interface Pass {
  readonly batch: Batch;
  readonly tensors: Tensors;
  readonly training: boolean;
  /**
   * What this batch counts in the step: its share of the step's tokens. A loss of the adapter's own (load balance) is
   * weighed with it, so that a step's gradient does not depend on how the step is cut into batches.
   */
  readonly share: number;
  /** Differs from batch to batch and from step to step, and is the same when a block is computed again: for dropout. */
  readonly seed: number;
  /** Takes what a pass found out, for `afterStep`; kept by the callee. A block that is computed again notes the same again. */
  readonly note: (name: string, value: tf.Tensor) => void;
}

/** The adapters of one layer, for one pass over it. */
export interface LayerPass {
  /**
   * Adds the adapter of a module, where it has one.
   * @param path of the module
   * @param x the module's input [rows, in]
   * @param y its output without the adapter [rows, out]
   * @returns [rows, out]
   */
  adapt(path: string, x: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor2D;
}

/** A step that was taken: what an adapter may look at, and change its parameters by. */
export interface StepTaken {
  /** Counted from 1. */
  readonly step: number;
  readonly steps: number;
  /** Gradient of the step's loss in each trained parameter, as the optimizer was given it. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** What passes of the step noted, by name: the sum over its batches, each weighed by its share. */
  readonly noted: ReadonlyMap<string, Float32Array>;
}

/** Rank moved between layers or modules (dynamic LoRA, AdaLoRA). */
export interface Reallocation {
  /** Rank of each module, by path. */
  readonly ranks: Record<string, number>;
  /** Weights of layers, mean 1 (dynamic LoRA). */
  readonly weights?: Record<string, number>;
}

/** Adapters of one method on a model: parameters, how a layer's outputs are changed by them, and what happens between steps. */
export interface Adapter {
  readonly parameters: readonly Parameter[];
  /** Layers that have an adapter, ascending. Those below the first need no gradient. */
  readonly layers: readonly number[];
  /** Weights of the model's head among `parameters`, by the names of their tensors, where the head is trained too. */
  readonly head?: readonly Parameter[];
  /** Parameters that a layer's pass reads. One that several layers share is in each of their lists. */
  parametersOf(layer: number): readonly Parameter[];
  /** @param x hidden states that enter the layer: [batch · length, width] */
  layer(layer: number, x: tf.Tensor2D, pass: Pass): LayerPass;
  /**
   * Adds the gradient of a loss in the parameters alone (AdaLoRA's orthogonality).
   * @param gradients changed in place
   * @returns that loss
   */
  regularize?(gradients: ReadonlyMap<string, Float32Array>): number;
  /** Beside the parameters, what a training that goes on later needs. */
  state?(): ReadonlyMap<string, NamedArray>;
  /** Goes on from parameters and `state` as they were kept; `parameters` are other objects afterwards. */
  restore(kept: ReadonlyMap<string, NamedArray>): void;
  /** After the optimizer's step; may change parameters in place, or replace them by others of another shape. @returns what moved, where something did */
  afterStep?(taken: StepTaken): Reallocation | undefined;
  /** Whether the adapter has the size that was asked for; absent where it always has. */
  hasFinalSize?(step: number, steps: number): boolean;
  /**
   * Experts' shares of the tokens in a step, by module, from what its passes noted (MoE-LoRA, Lily).
   */
  routerLoad?(noted: ReadonlyMap<string, Float32Array>): Record<string, number[]>;
}
