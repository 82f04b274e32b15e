import type * as tf from '@tensorflow/tfjs';
import { heapKernels } from '../kernels/heapKernels';
import { withScratch } from '../wasmHeap';
import { heapAttention } from './heapAttention';
import { at, atOrNone, doublesAt, ensure, newTensor, put, sameSize } from './heapTensors';
import { activations, type Activation, type Primitives } from './primitives';

/**
 * The primitives by our own WebAssembly kernels, on the heap of tfjs's wasm backend: one or two passes over memory where
 * `composed` takes five to fifteen. A tensor that is given away is overwritten and returned.
 */
export const heap: Primitives = {
  ...heapAttention,

  norm(x, { weight, bias }, { kind, epsilon, weightOffset }) {
    const [rows, width] = x.shape;
    checkWidths(width, weight, bias);
    const value = newTensor<tf.Tensor2D>(x.shape);
    const stats = newTensor<tf.Tensor2D>([rows, 2]);
    heapKernels().norm(
      ...([at(x), atOrNone(weight), atOrNone(bias), at(value), at(stats)] as const),
      ...([rows, width, kind === 'layer' ? 1 : 0, epsilon, weightOffset] as const),
    );
    return { value, stats };
  },

  normGradient(x, { weight }, stats, dy, { kind, weightOffset }) {
    const [rows, width] = x.shape;
    checkWidths(width, weight);
    sameSize(x, dy);
    ensure(stats.size === 2 * rows, 'statistics of other rows');
    const out = newTensor<tf.Tensor2D>(x.shape);
    heapKernels().normGradient(
      ...([at(x), atOrNone(weight), at(stats), at(dy), at(out)] as const),
      ...([rows, width, kind === 'layer' ? 1 : 0, weightOffset] as const),
    );
    return out;
  },

  activation(x, kind) {
    const out = newTensor<tf.Tensor2D>(x.shape);
    heapKernels().activation(numberOf(kind), at(x), at(out), x.size);
    return out;
  },

  activationAndSlope(x, kind) {
    const value = newTensor<tf.Tensor2D>(x.shape);
    const slope = newTensor<tf.Tensor2D>(x.shape);
    heapKernels().activationAndSlope(numberOf(kind), at(x), at(value), at(slope), x.size);
    return { value, slope };
  },

  activationGradient(x, dy, kind) {
    sameSize(x, dy);
    const out = newTensor<tf.Tensor2D>(x.shape);
    heapKernels().activationGradient(numberOf(kind), at(x), at(dy), at(out), x.size);
    return out;
  },

  gated(gate, up, kind) {
    sameSize(gate, up);
    const out = newTensor<tf.Tensor2D>(gate.shape);
    heapKernels().gated(numberOf(kind), at(gate), at(up), at(out), gate.size);
    return out;
  },

  gatedGradient(gate, up, dy, kind) {
    sameSize(gate, up, dy);
    const result = { gate: newTensor<tf.Tensor2D>(gate.shape), up: newTensor<tf.Tensor2D>(gate.shape) };
    const to = [at(result.gate), at(result.up)] as const;
    heapKernels().gatedGradient(numberOf(kind), at(gate), at(up), at(dy), ...to, gate.size);
    return result;
  },

  addBias(consumed, bias) {
    checkWidths(consumed.shape[1], bias);
    heapKernels().addBias(at(consumed), at(bias), ...consumed.shape);
    return consumed;
  },

  addInto(consumed, other) {
    sameSize(consumed, other);
    heapKernels().add(at(consumed), at(other), consumed.size);
    return consumed;
  },

  softCap(consumed, cap) {
    const slopes = newTensor<tf.Tensor2D>(consumed.shape);
    heapKernels().softCap(at(consumed), at(slopes), consumed.size, cap);
    return { value: consumed, slopes };
  },

  logSumExp(logits) {
    const [rows, columns] = logits.shape;
    return withScratch(16 * rows, (scratch) => {
      const sum = scratch + 8 * rows;
      heapKernels().logSumExp(at(logits), scratch, sum, rows, columns);
      return { largest: doublesAt(scratch, rows), sum: doublesAt(sum, rows) };
    });
  },

  crossEntropyGradient(consumed, logSum, targets, weights) {
    const [rows, columns] = consumed.shape;
    ensure(
      [logSum, targets, weights].every(({ length }) => length === rows),
      'numbers of other rows',
    );
    return withScratch(16 * rows, (scratch) => {
      const [ids, factors] = [scratch + 8 * rows, scratch + 12 * rows];
      put(logSum, scratch);
      put(targets, ids);
      put(weights, factors);
      heapKernels().crossEntropyGradient(at(consumed), scratch, ids, factors, rows, columns);
      return consumed;
    });
  },

  dots(a, b) {
    sameSize(a, b);
    const count = a.shape[0] ?? 1;
    return withScratch(8 * count, (scratch) => {
      heapKernels().dots(at(a), at(b), scratch, count, count === 0 ? 0 : a.size / count);
      return doublesAt(scratch, count);
    });
  },

  absoluteDot(a, b) {
    sameSize(a, b);
    return heapKernels().absoluteDot(at(a), at(b), a.size);
  },
};

function checkWidths(width: number, ...vectors: readonly (tf.Tensor1D | undefined)[]): void {
  ensure(
    vectors.every((vector) => vector === undefined || vector.size === width),
    `${width} columns and a vector of another length`,
  );
}

/** Activations are numbered in their order in `activations`; the C sources count alike. */
const numberOf = (kind: Activation): number => activations.indexOf(kind);
