import * as tf from '@tensorflow/tfjs';
import { LabError } from '../shared/errors';
import { readTensorFloat32 } from '../files/safetensors';
import type { ModelFolder } from '../files/modelFolder';

/**
 * Reads tensors of a model folder onto the device as float32.
 * @param shapes name -> expected shape
 * @throws LabError model-tensor-missing, model-tensor-shape, weights-not-finite, or what reading throws
 */
export async function loadTensors(
  folder: ModelFolder,
  shapes: Readonly<Record<string, readonly number[]>>,
): Promise<Record<string, tf.Tensor>> {
  const loaded: Record<string, tf.Tensor> = {};
  try {
    for (const [name, shape] of Object.entries(shapes)) {
      const entry = folder.tensors.get(name);
      if (entry === undefined) {
        throw new LabError(
          'model-tensor-missing',
          `${folder.dir} has no tensor ${name}, which its config.json asks for.`,
          'Download the model again, configuration and weights from one revision.',
        );
      }
      if (entry.shape.join() !== shape.join()) {
        throw new LabError(
          'model-tensor-shape',
          `Tensor ${name} in ${entry.file} is [${entry.shape.join(', ')}]; config.json asks for [${shape.join(', ')}].`,
          'Download the model again, configuration and weights from one revision.',
        );
      }
      const values = await readTensorFloat32(entry.file, entry);
      requireFinite(values, name, entry.file);
      loaded[name] = tf.tensor(values, [...shape], 'float32');
    }
    return loaded;
  } catch (error) {
    tf.dispose(loaded);
    throw error;
  }
}

/** One NaN weight makes every score NaN; better to say which one it is. */
function requireFinite(values: Float32Array, name: string, file: string): void {
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return;
  throw new LabError(
    'weights-not-finite',
    `Tensor ${name} in ${file} holds ${values[index]} at entry ${index}.`,
    'Use a checkpoint whose weights are finite.',
  );
}
