import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../shared/errors';
import { readJson } from './json';
import { isObject } from './quantized';
import { readSafetensorsHeader } from './safetensors';
import type { SafetensorsHeader, TensorEntry } from './safetensorsHeader';
import { findWeightFiles, type WeightFiles } from './weightFiles';

/** A tensor with the absolute path of the file it lies in. */
export interface ModelTensor extends TensorEntry {
  readonly file: string;
}

/**
 * A model folder's config.json.
 *
 * @param dir absolute path
 * @throws LabError `model-missing`, `model-config-invalid`
 */
export async function readModelConfig(dir: string): Promise<Record<string, unknown>> {
  await requireFolder(dir);
  const config = await readJson(join(dir, 'config.json'), {
    what: 'The model configuration',
    missing: 'model-missing',
    invalid: 'model-config-invalid',
    next: 'Point "model" to a Hugging Face folder with config.json and *.safetensors.',
  });
  if (!isObject(config)) throw badModelConfig(dir, 'is not a JSON object');
  return config;
}

/** What is wrong with a config.json. */
export const badModelConfig = (dir: string, what: string): LabError =>
  new LabError(
    'model-config-invalid',
    `${join(dir, 'config.json')} ${what}.`,
    'Use the config.json that was saved with the model.',
  );

/**
 * The headers of a folder's safetensors files, no weights.
 *
 * @param dir absolute path
 * @throws LabError `model-weights-missing`, `model-config-invalid`, `model-tensor-missing`, or what `readSafetensorsHeader`
 *   throws
 */
export async function readHeaders(dir: string): Promise<{
  readonly headers: readonly SafetensorsHeader[];
  readonly tensors: Map<string, ModelTensor>;
}> {
  const weights = await findWeightFiles(dir);
  const headers = await Promise.all(weights.files.map((file) => readSafetensorsHeader(file)));
  return { headers, tensors: gather(headers, weights, dir) };
}

/** Numbers in the tensors. */
export function countParameters(tensors: Iterable<Pick<ModelTensor, 'shape'>>): number {
  let sum = 0;
  for (const { shape } of tensors) sum += sizeOf(shape);
  return sum;
}

/** Numbers in a tensor of that shape. */
export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

async function requireFolder(dir: string): Promise<void> {
  const found = await stat(dir).catch(() => undefined);
  if (found?.isDirectory()) return;
  const what = found ? 'is a file, not a model folder' : 'does not exist';
  throw new LabError(
    'model-missing',
    `The model folder ${dir} ${what}.`,
    'Point "model" to a Hugging Face folder with config.json and *.safetensors.',
  );
}

function gather(
  headers: readonly SafetensorsHeader[],
  { fileOf }: WeightFiles,
  dir: string,
): Map<string, ModelTensor> {
  const tensors = new Map<string, ModelTensor>();
  for (const { file, tensors: entries } of headers) {
    for (const entry of entries.values()) {
      // The index decides where two shards hold a tensor of one name.
      if ((fileOf?.get(entry.name) ?? file) === file) tensors.set(nameToday(entry.name), { ...entry, file });
    }
  }
  for (const [name, file] of fileOf ?? []) {
    if (tensors.has(nameToday(name))) continue;
    throw new LabError(
      'model-tensor-missing',
      `The weight index of ${dir} puts tensor "${name}" into ${file}, where it is not.`,
      'Download the index and its shards again, all from one revision.',
    );
  }
  return tensors;
}

/** Norms of checkpoints from TensorFlow's time call weight and bias gamma and beta; transformers renames them, and so do we. */
const nameToday = (name: string): string =>
  name.replace(/\bLayerNorm\.gamma$/, 'LayerNorm.weight').replace(/\bLayerNorm\.beta$/, 'LayerNorm.bias');
