import type * as tf from '@tensorflow/tfjs';
import type { Adapter, LayerPass, Pass, Reallocation, StepTaken } from './adapter';
import type { Parameter } from './parameter';
import type { NamedArray } from '../shared/namedArray';
import { ParameterTable } from './parameterTable';

/** An adapter beside which the model's head is trained whole, as PEFT does with `modules_to_save`. */
export class WithHead implements Adapter {
  private readonly table = new ParameterTable();
  readonly hasFinalSize?: (step: number, steps: number) => boolean;

  /** @param head by the names of the head's tensors: `classifier.weight` */
  constructor(
    private readonly adapter: Adapter,
    head: readonly Parameter[],
  ) {
    for (const parameter of head) this.table.add([], parameter);
    // Absent where the adapter always has its size: trials ask whether it is there.
    if (adapter.hasFinalSize !== undefined) {
      this.hasFinalSize = (step, steps) => adapter.hasFinalSize?.(step, steps) ?? true;
    }
  }

  get head(): readonly Parameter[] {
    return this.table.all;
  }

  get parameters(): readonly Parameter[] {
    return [...this.adapter.parameters, ...this.head];
  }

  get layers(): readonly number[] {
    return this.adapter.layers;
  }

  parametersOf(layer: number): readonly Parameter[] {
    return this.adapter.parametersOf(layer);
  }

  layer(layer: number, x: tf.Tensor2D, pass: Pass): LayerPass {
    return this.adapter.layer(layer, x, pass);
  }

  regularize(gradients: ReadonlyMap<string, Float32Array>): number {
    return this.adapter.regularize?.(gradients) ?? 0;
  }

  state(): ReadonlyMap<string, NamedArray> {
    return this.adapter.state?.() ?? new Map();
  }

  restore(kept: ReadonlyMap<string, NamedArray>): void {
    this.adapter.restore(kept);
    this.table.restore(kept);
  }

  afterStep(taken: StepTaken): Reallocation | undefined {
    return this.adapter.afterStep?.(taken);
  }

  routerLoad(noted: ReadonlyMap<string, Float32Array>): Record<string, number[]> {
    return this.adapter.routerLoad?.(noted) ?? {};
  }
}
