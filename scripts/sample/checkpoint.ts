import * as tf from '@tensorflow/tfjs';
import { existsSync } from 'node:fs';
import { readTensorFloat32, readSafetensorsHeader } from '../../src/files/safetensors';
import { writeSafetensors, type TensorToWrite } from '../../src/files/safetensorsWrite';

/** Named groups of variables, for instance weights and both moments of the optimizer. */
export type Groups = Readonly<Record<string, ReadonlyMap<string, tf.Variable>>>;

/** Writes every group and the step into one safetensors file, whole or not at all. */
export async function saveCheckpoint(file: string, step: number, groups: Groups): Promise<void> {
  const tensors = Object.entries(groups).flatMap(([group, variables]) =>
    [...variables].map(([name, variable]) => toTensor(`${group}/${name}`, variable, 'F32')),
  );
  await writeSafetensors(file, tensors, { step: String(step) });
}

/** Fills the groups from a checkpoint; returns its step, or 0 where there is none. */
export async function loadCheckpoint(file: string, groups: Groups): Promise<number> {
  if (!existsSync(file)) return 0;
  const header = await readSafetensorsHeader(file);
  for (const [group, variables] of Object.entries(groups)) {
    for (const [name, variable] of variables) {
      const entry = header.tensors.get(`${group}/${name}`);
      if (entry === undefined) throw new Error(`${file} lacks ${group}/${name}; delete it to start over.`);
      variable.assign(tf.tensor(await readTensorFloat32(file, entry), variable.shape));
    }
  }
  return Number(header.metadata['step']);
}

export const toTensor = (name: string, variable: tf.Tensor, dtype: 'F32' | 'BF16'): TensorToWrite => ({
  name,
  dtype,
  shape: variable.shape,
  data: variable.dataSync() as Float32Array,
});
