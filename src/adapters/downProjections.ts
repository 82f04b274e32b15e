import * as tf from '@tensorflow/tfjs';
import type { ModelFolder } from '../files/modelFolder';
import { readSafetensorsHeader, readTensorFloat32, type TensorEntry } from '../files/safetensors';
import { LabError } from '../shared/errors';
import type { Module } from '../shared/words';
import { loraRow, readConfig, weightsOf } from '../peft/read';
import { placesIn } from '../peft/readTensors';
import { requireShapes } from '../peft/requireShapes';

/** The down projection A of a LoRA adapter on one module, and the scale of its product with B. */
export interface DownProjection {
  /** [rank, in] */
  readonly a: tf.Tensor2D;
  /** alpha / rank, or alpha / √rank with rsLoRA. */
  readonly scaling: number;
}

/**
 * Reads the A matrices of a LoRA adapter in PEFT's layout; what B holds is not looked at.
 *
 * @param folder of the adapter
 * @returns by module path; kept until the caller disposes them
 * @throws LabError adapter-invalid
 */
export async function readDownProjections(
  folder: string,
  model: ModelFolder,
): Promise<Map<string, DownProjection>> {
  const config = await readConfig(folder);
  if (config.peft_type !== 'LORA')
    throw invalid(
      `The adapter in ${folder} has the peft_type ${config.peft_type}, and only LORA has an A alone`,
    );
  const { file, entries } = await downEntries(folder, model);
  const found = new Map<string, DownProjection>();
  try {
    for (const { module, path, entry } of entries) {
      const { rank, scaling } = loraRow(path, config, config.r);
      const shape: [number, number] = [rank, module.inFeatures];
      requireShapes({ module, path, parts: new Map([['lora_A', entry]]) }, { lora_A: shape }, file);
      found.set(module.path, {
        a: tf.keep(tf.tensor2d(await readTensorFloat32(file, entry), shape)),
        scaling,
      });
    }
    return found;
  } catch (error) {
    for (const { a } of found.values()) a.dispose();
    throw error;
  }
}

/**
 * The modules that an adapter has an A for, in their order; from its header alone.
 * @throws LabError adapter-invalid where there is none
 */
export const adaptedModules = async (folder: string, model: ModelFolder): Promise<Module[]> =>
  (await downEntries(folder, model)).entries.map(({ module }) => module);

interface DownEntry {
  readonly module: Module;
  /** In the class that the adapter was trained on. */
  readonly path: string;
  readonly entry: TensorEntry;
}

async function downEntries(folder: string, model: ModelFolder) {
  const { file, tensors } = await readSafetensorsHeader(await weightsOf(folder));
  const { named, places } = placesIn([...tensors.keys()], model, () => ['lora_A.weight']);
  const found = new Map(
    [...tensors].flatMap(([name, entry]) => {
      const place = places.get(name);
      return place === undefined ? [] : [[place.module, entry] as const];
    }),
  );
  const entries = [...named.paths].flatMap(([module, path]): DownEntry[] => {
    const entry = found.get(module);
    return entry === undefined ? [] : [{ module, path, entry }];
  });
  if (entries.length === 0) throw invalid(`${file} has no lora_A of any module of the model`);
  return { file, entries };
}

const invalid = (what: string): LabError =>
  new LabError('adapter-invalid', `${what}.`, 'Use a LoRA adapter that was made for this model.');
