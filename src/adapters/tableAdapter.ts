import type * as tf from '@tensorflow/tfjs';
import type { Adapter, LayerPass, Pass } from './adapter';
import type { Parameter } from './parameter';
import type { NamedArray } from '../shared/namedArray';
import { ParameterTable } from './parameterTable';

/** An adapter whose parameters stand in a table by the layers that read them. */
export abstract class TableAdapter implements Adapter {
  protected readonly table = new ParameterTable();

  get parameters(): readonly Parameter[] {
    return this.table.all;
  }

  get layers(): readonly number[] {
    return this.table.layers;
  }

  parametersOf(layer: number): readonly Parameter[] {
    return this.table.of(layer);
  }

  restore(kept: ReadonlyMap<string, NamedArray>): void {
    this.table.restore(kept);
  }

  abstract layer(layer: number, x: tf.Tensor2D, pass: Pass): LayerPass;
}
