import * as tf from '@tensorflow/tfjs';

/** What an operation gives: its value, what its gradient needs, and the gradients in its inputs. */
export interface Operation {
  readonly value: tf.Tensor;
  /** Tensors that the gradient reads; inputs may be among them. */
  readonly saved: readonly tf.Tensor[];
  /** @returns one gradient an input. Everything else that it makes is freed. */
  readonly gradient: (dy: tf.Tensor, saved: readonly tf.Tensor[]) => tf.Tensor[];
}

/**
 * An operation with a gradient of our own. tfjs keeps every saved tensor and every gradient until the whole backward pass
 * has ended; here what was saved and the gradient that was given are freed as soon as they were used, so that a whole model
 * fits on one tape. (Where an input has several readers tfjs adds their gradients up and keeps all but the first to the end.)
 *
 * Holds only for graphs in which every gradient has one reader: whatever returns its gradient for two inputs returns two
 * tensors.
 */
export function differentiable<T extends tf.Tensor>(
  inputs: readonly tf.Tensor[],
  run: (inputs: readonly tf.Tensor[]) => Operation,
): T {
  const operation = tf.customGrad((...given: unknown[]) => {
    const save = given.pop() as tf.GradSaveFunc;
    const { value, saved, gradient } = run(given as tf.Tensor[]);
    // Last: what is saved before an error is never freed.
    save([...saved]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => {
        const gradients = tf.tidy(() => gradient(dy, kept));
        tf.dispose([dy, ...kept]);
        return gradients;
      },
    };
  });
  return operation(...(inputs as tf.Tensor[])) as T;
}
