import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../shared/errors';
import type { Module } from '../shared/words';
import { families, knownFamilies, type Family } from './families';
import { readJson } from './json';
import type { Quantization } from './quantized';
import { plainTensors } from './quantizedShapes';
import { readQuantization } from './readQuantization';
import { readSafetensorsHeader } from './safetensors';
import type { SafetensorsHeader, TensorEntry } from './safetensorsHeader';
import { findWeightFiles, type WeightFiles } from './weightFiles';

/** A tensor with the absolute path of the file it lies in. */
export interface ModelTensor extends TensorEntry {
  readonly file: string;
}

/** What config.json and the weight files' headers say of a model; its weights stay on disk. */
export interface ModelFolder {
  readonly dir: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The part of `config` that describes the blocks: `text_config` of a model that also sees, else all of it. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly family: Family;
  /** What stands before the layers' part of a tensor's name: `model.`, or nothing where the bare model was saved. */
  readonly root: string;
  /** `architectures[0]` of config.json: `LlamaForCausalLM`. */
  readonly architecture: string;
  readonly modelType: string;
  readonly layers: number;
  /** Numbers in all tensors; tied ones, which are stored once, count once. */
  readonly parameters: number;
  readonly headers: readonly SafetensorsHeader[];
  readonly tensors: ReadonlyMap<string, ModelTensor>;
  /** Every linear matrix of the layers, by layer and then in the order of the family's table. */
  readonly modules: readonly Module[];
  /** How the weights are quantized, where they are: `parameters` and `modules` are then what the layout tells for sure. */
  readonly quantization?: Quantization | undefined;
  /** A head that was made beside the checkpoint, which has none (addedHead.ts): its classes, and the tensors that are new. */
  readonly addedHead?: { readonly classes: number; readonly tensors: readonly string[] } | undefined;
}

/**
 * Reads a Hugging Face model folder: config.json and the headers of its safetensors files, no weights.
 *
 * @param dir absolute path
 * @throws LabError `model-missing`, `model-config-invalid`, `model-architecture-unknown`, `model-weights-missing`,
 *   `model-tensor-missing`, or what `readSafetensorsHeader` throws
 */
export async function readModelFolder(dir: string): Promise<ModelFolder> {
  await requireFolder(dir);
  const config = await readConfig(dir);
  const modelType = config['model_type'];
  if (typeof modelType !== 'string') throw badConfig(dir, 'has no model_type');
  const family = Object.hasOwn(families, modelType) ? families[modelType] : undefined;
  if (!family) {
    throw new LabError(
      'model-architecture-unknown',
      `${join(dir, 'config.json')} has the model_type "${modelType}", which is not supported.`,
      `Use a model of one of these types: ${knownFamilies}.`,
    );
  }
  const settings = isObject(config['text_config']) ? config['text_config'] : config;
  const layers = settings[family.layerCount];
  if (typeof layers !== 'number' || !Number.isInteger(layers) || layers < 1) {
    throw badConfig(dir, `has no positive ${family.layerCount}`);
  }
  const architecture: unknown = Array.isArray(config['architectures'])
    ? config['architectures'][0]
    : undefined;
  if (typeof architecture !== 'string') throw badConfig(dir, 'names no class under architectures');
  const weights = await findWeightFiles(dir);
  const headers = await Promise.all(weights.files.map((file) => readSafetensorsHeader(file)));
  const tensors = gather(headers, weights, dir);
  const root = rootOf(tensors, family);
  const quantization = await readQuantization(dir, config, [...tensors.values()]);
  const plain = quantization ? await plainTensors(tensors, config, quantization, family.shape) : tensors;
  const modules = findModules(plain, family, root, layers);
  if (!quantization) requireEveryLayer(modules, layers, dir);
  let parameters = 0;
  for (const { shape } of plain.values()) parameters += shape.reduce((product, size) => product * size, 1);
  return {
    dir,
    config,
    settings,
    family,
    root,
    architecture,
    modelType,
    layers,
    parameters,
    headers,
    tensors,
    modules,
    quantization,
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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

async function readConfig(dir: string): Promise<Record<string, unknown>> {
  const config = await readJson(join(dir, 'config.json'), {
    what: 'The model configuration',
    missing: 'model-missing',
    invalid: 'model-config-invalid',
    next: 'Point "model" to a Hugging Face folder with config.json and *.safetensors.',
  });
  if (!isObject(config)) throw badConfig(dir, 'is not a JSON object');
  return config;
}

const badConfig = (dir: string, what: string): LabError =>
  new LabError(
    'model-config-invalid',
    `${join(dir, 'config.json')} ${what}.`,
    'Use the config.json that was saved with the model.',
  );

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

/** The first root under which there are layers; the usual one where there are none. */
function rootOf(tensors: ReadonlyMap<string, ModelTensor>, { roots, layers }: Family): string {
  const names = [...tensors.keys()];
  const found = roots.find((root) =>
    names.some((name) => name.startsWith(root + layers) && /\d/.test(name.charAt((root + layers).length))),
  );
  return found ?? roots[0] ?? '';
}

function findModules(
  tensors: ReadonlyMap<string, ModelTensor>,
  family: Family,
  root: string,
  layers: number,
): Module[] {
  const order = Object.keys(family.roles);
  const start = root + family.layers;
  const found: { module: Module; rank: number }[] = [];
  for (const { name, shape } of tensors.values()) {
    const prefix = name.startsWith(start) ? /^\d+\./.exec(name.slice(start.length)) : null;
    if (!prefix || !name.endsWith('.weight') || shape.length !== 2) continue;
    const suffix = name.slice(start.length + prefix[0].length, -'.weight'.length);
    const role = Object.hasOwn(family.roles, suffix) ? family.roles[suffix] : undefined;
    const layer = parseInt(prefix[0], 10);
    // A shortened config leaves the checkpoint's further layers unused, as transformers does.
    if (!role || layer >= layers) continue;
    const [first = 0, second = 0] = shape;
    const [outFeatures, inFeatures] = family.shape === 'out-in' ? [first, second] : [second, first];
    const path = name.slice(0, -'.weight'.length);
    found.push({ module: { path, layer, role, inFeatures, outFeatures }, rank: order.indexOf(suffix) });
  }
  found.sort((a, b) => a.module.layer - b.module.layer || a.rank - b.rank);
  return found.map(({ module }) => module);
}

function requireEveryLayer(modules: readonly Module[], layers: number, dir: string): void {
  const present = new Set(modules.map(({ layer }) => layer));
  for (let layer = 0; layer < layers; layer++) {
    if (present.has(layer)) continue;
    throw new LabError(
      'model-tensor-missing',
      `The weights in ${dir} have no linear matrix of layer ${layer}; config.json says there are ${layers} layers.`,
      'Download the model again, configuration and weights from one revision.',
    );
  }
}

/**
 * Refuses a model whose weight files were written since their headers were read: what was computed may be of two models.
 * @throws LabError model-changed
 */
export async function requireUnchanged({ headers }: ModelFolder): Promise<void> {
  for (const { file, fileBytes, modifiedMs } of headers) {
    const now = await stat(file).catch(() => undefined);
    if (now?.size === fileBytes && now.mtimeMs === modifiedMs) continue;
    throw new LabError(
      'model-changed',
      `${file} was written while it was scored.`,
      'Score again when the model is complete.',
    );
  }
}
