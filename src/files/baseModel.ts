import { layerOf } from '../shared/layerOf';
import { mostLayers } from '../shared/moduleSchemas';
import { countParameters, readHeaders, readModelConfig, sizeOf, type ModelTensor } from './checkpoint';
import { classPaths } from './classPaths';
import { families } from './families';
import { isObject, type Quantization } from './quantized';
import { plainTensors } from './quantizedShapes';
import { readQuantization } from './readQuantization';
import { largestOf } from '../shared/largestOf';

/** What a matrix does in its model: a linear module, a table of embeddings, or the output matrix over the vocabulary. */
export type MatrixKind = 'linear' | 'embedding' | 'head';

/** A matrix that PEFT could put an adapter on. */
export interface Matrix {
  /** Its module's path in the class with a head, which is what PEFT matches: `transformer.h.0.attn.c_attn`. */
  readonly path: string;
  /** The path in the files, which plans and scores go by: `h.0.attn.c_attn`. */
  readonly checkpointPath: string;
  readonly kind: MatrixKind;
  /** Of an embedding, its number of entries. */
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** The transformer block that it lies in, as PEFT numbers it (`layerOf` the class's path). */
  readonly layer: number | undefined;
  /** Stored in × out, as GPT-2's `Conv1D`; Lily does not adapt those. */
  readonly isConv1d: boolean;
}

/** The experts of a block in one tensor of three dimensions: no module, but a target for `target_parameters`. */
export interface FusedExperts {
  /** The parameter's name in the class: `model.layers.0.mlp.experts.gate_up_proj`. */
  readonly path: string;
  readonly experts: number;
  /** The order of the two differs between models; an adapter costs the same. */
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** What the headers of a base model tell, whatever its architecture; no weights are read. */
export interface BaseModel {
  readonly folder: string;
  /** `LlamaForCausalLM`; empty where config.json names none. */
  readonly architecture: string;
  readonly modelType: string;
  readonly layers: number;
  /** Numbers in all tensors; tied ones, which are stored once, count once. */
  readonly parameters: number;
  /** By layer; what lies in none stands before the layers, the output head behind them. */
  readonly matrices: readonly Matrix[];
  /** Experts that no name of `target_modules` reaches. */
  readonly fused: readonly FusedExperts[];
  /** Numbers in each tensor by its name in the class, for modules that are trained whole. */
  readonly sizes: ReadonlyMap<string, number>;
  /** How the weights are quantized, where they are: `matrices` are then those whose shape is certain. */
  readonly quantization: Quantization | undefined;
}

/**
 * Reads a model folder's config.json and the headers of its safetensors files.
 *
 * @param folder absolute
 * @throws LabError `model-missing`, `model-config-invalid`, `model-weights-missing`, `model-tensor-missing`, or what
 *   `readSafetensorsHeader` throws
 */
export async function readBaseModel(folder: string): Promise<BaseModel> {
  const config = await readModelConfig(folder);
  const { tensors } = await readHeaders(folder);
  const modelType = typeof config['model_type'] === 'string' ? config['model_type'] : '';
  const quantization = await readQuantization(folder, config, [...tensors.values()]);
  const plain = quantization
    ? await plainTensors(tensors, config, quantization, conv1dTypes.has(modelType) ? 'in-out' : 'out-in')
    : tensors;
  const architectures: readonly unknown[] = Array.isArray(config['architectures'])
    ? config['architectures']
    : [];
  const [architecture] = architectures.map((name) => (typeof name === 'string' ? name : ''));
  const told = layerCount(config);
  const classPath = classPaths([...plain.keys()], modelType);
  const used = [...plain.values()]
    .map((tensor) => ({ ...tensor, path: classPath(tensor.name) }))
    .filter(({ path }) => told === undefined || isLoaded(path, told));
  const stored = used.flatMap((tensor) => matrixOf(tensor, modelType));
  const tied = tiedHead(stored, architecture ?? '', modelType, config);
  const matrices = inOrder(tied ? [...stored, tied] : stored, modelType);
  const sizes = new Map(used.map(({ path, shape }) => [path, sizeOf(shape)]));
  if (tied) sizes.set(`${tied.path}.weight`, tied.inFeatures * tied.outFeatures);
  return {
    folder,
    architecture: architecture ?? '',
    modelType,
    layers: told ?? 1 + Math.max(-1, largestOf(matrices.map(({ layer }) => layer ?? -1))),
    parameters: countParameters(plain.values()),
    matrices,
    fused: used.flatMap(fusedOf),
    sizes,
    quantization,
  };
}

type Named = ModelTensor & { /** In the class. */ readonly path: string };

/** Types whose blocks are made of `Conv1D`, and the names of those modules. */
const conv1dTypes: ReadonlySet<string> = new Set(['gpt2', 'imagegpt', 'openai-gpt']);
const conv1dNames = /\.(?:c_attn|c_proj|c_fc|q_attn)$/;

/** transformers has a class of its own for tables, and headers do not tell classes: names are all there is to go by. */
const embeddingNames =
  /(?:^|[._])(?:embeddings?|embed|emb)$|\.?\b(?:embed_(?:tokens|positions|in)\w*|wte|wpe|shared|relative_attention_bias|(?:tok|pos|token|position)_emb\w*)$/;
const headNames =
  /(?:^|\.)(?:lm_head|embed_out|output_layer|vocab_projector|generator_lm_head)$|^proj_out$|^cls\.predictions\.decoder$|^lm_head\.decoder$/;

const ending = '.weight';

function matrixOf({ name, path: tensor, shape }: Named, modelType: string): Matrix[] {
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2 || !tensor.endsWith(ending)) return [];
  const path = tensor.slice(0, -ending.length);
  const kind = headNames.test(path) ? 'head' : embeddingNames.test(path) ? 'embedding' : 'linear';
  const isConv1d = conv1dTypes.has(modelType) && conv1dNames.test(path);
  const [inFeatures, outFeatures] = isConv1d || kind === 'embedding' ? [rows, columns] : [columns, rows];
  const checkpointPath = name.slice(0, -ending.length);
  return [{ path, checkpointPath, kind, inFeatures, outFeatures, layer: layerOf(path), isConv1d }];
}

function fusedOf({ path, shape }: Named): FusedExperts[] {
  const [experts = 0, inFeatures = 0, outFeatures = 0] = shape;
  if (shape.length !== 3 || !/experts?\b/.test(path) || /bias$/.test(path)) return [];
  return [{ path, experts, inFeatures, outFeatures }];
}

/** A language model whose files hold no output matrix takes its embeddings for one; in the class it is a module all the same. */
function tiedHead(
  matrices: readonly Matrix[],
  architecture: string,
  modelType: string,
  config: Readonly<Record<string, unknown>>,
): Matrix | undefined {
  if (!/LMHead|ForCausalLM/.test(architecture) || config['tie_word_embeddings'] === false) return undefined;
  if (matrices.some(({ kind }) => kind === 'head')) return undefined;
  const largest = matrices.reduce<Matrix | undefined>(
    (best, one) => (one.kind === 'embedding' && one.inFeatures > (best?.inFeatures ?? 0) ? one : best),
    undefined,
  );
  if (!largest) return undefined;
  return {
    ...largest,
    path: modelType === 'gpt_neox' ? 'embed_out' : 'lm_head',
    kind: 'head',
    inFeatures: largest.outFeatures,
    outFeatures: largest.inFeatures,
    layer: undefined,
  };
}

/** The number of blocks, under the names that configurations have for it. */
function layerCount(config: Readonly<Record<string, unknown>>): number | undefined {
  const text = isObject(config['text_config']) ? config['text_config'] : config;
  return ['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers']
    .map((key) => text[key])
    .find(
      (count): count is number => Number.isInteger(count) && Number(count) > 0 && Number(count) <= mostLayers,
    );
}

/** Layers beyond those that config.json counts are not loaded: a shortened model's, or what predicts further tokens. */
function isLoaded(path: string, layers: number): boolean {
  const layer = /^(?:\w+\.)?(?:language_model\.)?(?:layers|h|encoder\.layer)\.(\d+)\./.exec(path)?.[1];
  return layer === undefined || Number(layer) < layers;
}

/** Headers are sorted by name, where 10 stands before 2 and k before q: by layer, then as the family's table has its roles. */
function inOrder(matrices: readonly Matrix[], modelType: string): Matrix[] {
  const roles = Object.keys(
    (Object.hasOwn(families, modelType) ? families[modelType] : undefined)?.roles ?? {},
  );
  const placeOf = ({ kind, layer }: Matrix): number => (kind === 'head' ? Infinity : (layer ?? -1));
  const roleOf = ({ path }: Matrix): number => {
    const role = roles.findIndex((name) => path.endsWith(`.${name}`));
    return role < 0 ? roles.length : role;
  };
  const placed = matrices.map((matrix) => ({ matrix, layer: placeOf(matrix), role: roleOf(matrix) }));
  return placed
    .sort((a, b) => (a.layer === b.layer ? a.role - b.role : a.layer - b.layer))
    .map(({ matrix }) => matrix);
}
