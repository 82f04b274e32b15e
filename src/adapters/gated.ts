import * as tf from '@tensorflow/tfjs';
import type { Adapter, LayerPass, Pass } from './adapter';
import type { Parameter } from './parameter';
import type { NamedArray } from '../shared/namedArray';
import { ParameterTable } from './parameterTable';

/** The gate of a module: one factor for each sample of a batch, [samples, 1], all 1. */
export const gateName = (path: string): string => `${path}.gate`;

/**
 * An adapter that stands still, behind gates: y = W x + m Δ(x), with one gate m = 1 for each sample and module. Row n of a
 * gate's gradient is the sample's own, so that one pass over a batch gives every sample's (FLoE, arXiv 2506.00495).
 */
export class Gated implements Adapter {
  private readonly gates = new ParameterTable();

  /**
   * @param modules paths of the adapted modules by layer
   * @param samples of the batch that it is made for
   */
  constructor(
    private readonly adapter: Adapter,
    modules: ReadonlyMap<string, number>,
    samples: number,
  ) {
    for (const [path, layer] of modules) {
      const values = new Float32Array(samples).fill(1);
      this.gates.add([layer], { name: gateName(path), shape: [samples, 1], values, trained: true });
    }
  }

  get parameters(): readonly Parameter[] {
    return [...this.adapter.parameters.map(frozen), ...this.gates.all];
  }

  get layers(): readonly number[] {
    return this.adapter.layers;
  }

  parametersOf(layer: number): readonly Parameter[] {
    return [...this.adapter.parametersOf(layer).map(frozen), ...this.gates.of(layer)];
  }

  layer(layer: number, hidden: tf.Tensor2D, pass: Pass): LayerPass {
    const gated = new Set(this.gates.of(layer).map(({ name }) => name));
    const { length } = pass.batch;
    const inner = this.adapter.layer(layer, hidden, { ...pass, training: false });
    return {
      adapt: (path, x, y) => {
        const name = gateName(path);
        if (!gated.has(name)) return y;
        const delta = inner.adapt(path, x, tf.zeros(y.shape));
        const rows = tf.reshape(tf.tile(pass.tensors(name), [1, length]), [-1, 1]);
        return tf.add(y, tf.mul(delta, rows));
      },
    };
  }

  restore(kept: ReadonlyMap<string, NamedArray>): void {
    this.adapter.restore(kept);
  }
}

const frozen = (parameter: Parameter): Parameter => ({ ...parameter, trained: false });
