import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { readJsonAs } from '../files/json';
import { readSafetensorsHeader, readTensorFloat32 } from '../files/safetensors';
import { LabError } from '../shared/errors';
import type { Module } from '../shared/words';
import type { ModelFolder } from '../files/modelFolder';

/** The down projection A of a LoRA adapter on one module, and the scale of its product with B. */
export interface DownProjection {
  /** [rank, in] */
  readonly a: tf.Tensor2D;
  /** alpha / rank, or alpha / √rank with rsLoRA. */
  readonly scaling: number;
}

const configSchema = z.looseObject({
  r: z.number().int().positive(),
  lora_alpha: z.number(),
  use_rslora: z.boolean().default(false),
  peft_type: z.literal('LORA').default('LORA'),
  alpha_pattern: z.record(z.string(), z.number()).default({}),
});

/** A module's own alpha, by the pattern of its name (peft: `tuners/lora/model.py`, `get_pattern_key`), else everyone's. */
function alphaOf(
  name: string,
  { lora_alpha: usual, alpha_pattern: own }: z.infer<typeof configSchema>,
): number {
  const key = Object.keys(own).find((pattern) => new RegExp(`^(.*\\.)?(${pattern})$`).test(name));
  return key === undefined ? usual : (own[key] ?? usual);
}

/**
 * Reads the A matrices of a PEFT adapter: `adapter_config.json`, and in `adapter_model.safetensors` tensors named
 * `base_model.model.<module>.lora_A.weight`.
 *
 * @param folder of the adapter
 * @returns by module path; kept until the caller disposes them
 * @throws LabError adapter-invalid
 */
export async function readDownProjections(
  folder: string,
  model: ModelFolder,
): Promise<Map<string, DownProjection>> {
  const config = await readJsonAs(adapterFiles(folder).config, configSchema, {
    what: 'The adapter configuration',
    missing: 'adapter-invalid',
    invalid: 'adapter-invalid',
    next: 'Give the folder of a LoRA adapter as PEFT saves it.',
  });
  const { file, entries } = await downEntries(folder, model);
  const found = new Map<string, DownProjection>();
  try {
    for (const { module, name, entry } of entries) {
      const [rank = 0, width] = entry.shape;
      if (entry.shape.length !== 2 || width !== module.inFeatures) {
        const shape = `[${entry.shape.join(', ')}]`;
        throw invalid(`${entry.name} in ${file} is ${shape}; the module has ${module.inFeatures} inputs`);
      }
      const a = tf.keep(tf.tensor2d(await readTensorFloat32(file, entry), [rank, width]));
      const alpha = alphaOf(name, config);
      found.set(module.path, { a, scaling: alpha / (config.use_rslora ? Math.sqrt(rank) : rank) });
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

/** The files of a PEFT adapter. */
export const adapterFiles = (folder: string) => ({
  config: path.join(folder, 'adapter_config.json'),
  weights: path.join(folder, 'adapter_model.safetensors'),
});

async function downEntries(folder: string, { modules, root, family }: ModelFolder) {
  const file = adapterFiles(folder).weights;
  const { tensors } = await readSafetensorsHeader(file);
  // The adapter's names are those of the class that was trained, which may have a root that the file's have not.
  const roots = [root, ...family.roots.filter((other) => other !== root)];
  const entries = modules.flatMap((module) => {
    const names = roots.map((other) => other + module.path.slice(root.length));
    return (
      names.flatMap((name) => {
        const entry = tensors.get(`base_model.model.${name}.lora_A.weight`);
        return entry === undefined ? [] : [{ module, name, entry }];
      })[0] ?? []
    );
  });
  if (entries.length === 0) throw invalid(`${file} has no lora_A of any module of the model`);
  return { file, entries };
}

const invalid = (what: string): LabError =>
  new LabError('adapter-invalid', `${what}.`, 'Use an adapter that was made for this model.');
