import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../shared/errors';
import { mostLayers } from '../shared/moduleSchemas';
import type { Module } from '../shared/words';
import {
  badModelConfig,
  countParameters,
  readHeaders,
  readModelConfig,
  type ModelTensor,
} from './checkpoint';
import { families, knownFamilies, type Family } from './families';
import { isObject, type Quantization } from './quantized';
import { plainTensors } from './quantizedShapes';
import { readQuantization } from './readQuantization';
import type { SafetensorsHeader } from './safetensorsHeader';

export type { ModelTensor } from './checkpoint';

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
  const config = await readModelConfig(dir);
  const modelType = config['model_type'];
  if (typeof modelType !== 'string') throw badModelConfig(dir, 'has no model_type');
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
  if (typeof layers !== 'number' || !Number.isInteger(layers) || layers < 1 || layers > mostLayers) {
    throw badModelConfig(dir, `has no ${family.layerCount} from 1 to ${mostLayers}`);
  }
  const architecture: unknown = Array.isArray(config['architectures'])
    ? config['architectures'][0]
    : undefined;
  if (typeof architecture !== 'string') throw badModelConfig(dir, 'names no class under architectures');
  const { headers, tensors } = await readHeaders(dir);
  const root = rootOf(tensors, family);
  const quantization = await readQuantization(dir, config, [...tensors.values()]);
  const plain = quantization ? await plainTensors(tensors, config, quantization, family.shape) : tensors;
  const modules = findModules(plain, family, root, layers);
  if (!quantization) requireEveryLayer(modules, layers, dir);
  const parameters = countParameters(plain.values());
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
 * Refuses a model whose weight files were written since their headers were read: what was computed may be of two models. Asked before
 * anything is kept that a run goes on from.
 * @throws LabError model-changed
 */
export async function requireUnchanged({ headers }: ModelFolder): Promise<void> {
  const found = await Promise.all(headers.map(({ file }) => stat(file).catch(() => undefined)));
  for (const [at, { file, fileBytes, modifiedMs }] of headers.entries()) {
    const now = found[at];
    if (now?.size === fileBytes && now.mtimeMs === modifiedMs) continue;
    throw new LabError(
      'model-changed',
      `${file} was ${now === undefined ? 'removed' : 'written'} while it was computed with.`,
      'Put it back as it was and resume the run, or start anew when the model is complete.',
    );
  }
}
