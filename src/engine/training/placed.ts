import * as tf from '@tensorflow/tfjs';
import type { Tensors } from '../../adapters/adapter';
import type { Parameter } from '../../adapters/parameter';
import { tensorFrom } from '../../tensors/upload';

/** The device's copies of an adapter's parameters. */
export class Placed {
  private readonly tensors = new Map<string, tf.Tensor>();

  /** Replaces every copy by the numbers as they are now. */
  refresh(parameters: readonly Parameter[]): void {
    this.dispose();
    for (const { name, shape, values } of parameters) {
      this.tensors.set(name, tf.keep(tensorFrom(shape, (target) => target.set(values))));
    }
  }

  readonly tensor: Tensors = (name) => {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw new Error(`The parameter ${name} is not on the device.`);
    return tensor;
  };

  dispose(): void {
    tf.dispose([...this.tensors.values()]);
    this.tensors.clear();
  }
}
