import { families } from '../../../../src/files/families';
import type { ModelFolder, ModelTensor } from '../../../../src/files/modelFolder';
import { specs } from '../../../../src/models/families';
import type { BlockSpec, ModelSpec } from '../../../../src/models/spec';

export type Fields = Readonly<Record<string, unknown>>;

/** The least that a config.json of each family holds: everything else has a default. */
interface Least {
  readonly fields: Fields;
  readonly architecture: string;
  /** A dense layer of the head, where there are classes. */
  readonly head?: Readonly<Record<string, readonly number[]>>;
}

const decoder = { hidden_size: 24, intermediate_size: 40, num_attention_heads: 4, vocab_size: 50 };
const encoder = { ...decoder, max_position_embeddings: 16 };
const classifier = { 'classifier.weight': [3, 24] } as const;
const causal = (architecture: string, fields: Fields = decoder): Least => ({ fields, architecture });
const bert: Least = {
  fields: encoder,
  architecture: 'BertForSequenceClassification',
  head: classifier,
};
const roberta: Least = { ...bert, head: { 'classifier.out_proj.weight': [3, 24] } };

export const least: Readonly<Record<string, Least>> = {
  bert,
  camembert: roberta,
  distilbert: {
    fields: { dim: 24, hidden_dim: 40, n_heads: 4, vocab_size: 50 },
    architecture: 'DistilBertForSequenceClassification',
    head: classifier,
  },
  gemma: causal('GemmaForCausalLM'),
  gemma2: causal('Gemma2ForCausalLM'),
  gemma3: causal('Gemma3ForConditionalGeneration'),
  gemma3_text: causal('Gemma3ForCausalLM'),
  gpt2: causal('GPT2LMHeadModel', { n_embd: 24, n_head: 4, vocab_size: 50 }),
  gpt_neox: causal('GPTNeoXForCausalLM', { ...decoder, hidden_size: 32 }),
  llama: causal('LlamaForCausalLM'),
  mistral: causal('MistralForCausalLM'),
  opt: causal('OPTForCausalLM', { hidden_size: 24, ffn_dim: 40, num_attention_heads: 4, vocab_size: 50 }),
  phi: causal('PhiForCausalLM', { ...decoder, hidden_size: 32 }),
  phi3: causal('Phi3ForCausalLM'),
  qwen2: causal('Qwen2ForCausalLM'),
  qwen3: causal('Qwen3ForCausalLM'),
  roberta,
  smollm3: causal('SmolLM3ForCausalLM'),
  vit: {
    fields: { hidden_size: 24, intermediate_size: 40, num_attention_heads: 4, image_size: 32 },
    architecture: 'ViTForImageClassification',
    head: classifier,
  },
  'xlm-roberta': roberta,
};

export const modelTypes = Object.keys(least);

export interface FolderOptions {
  readonly layers?: number;
  /** Tensors of the file by name, besides those of the layers. */
  readonly tensors?: Readonly<Record<string, readonly number[]>>;
  readonly architecture?: string;
  readonly root?: string;
}

/** A model folder as its headers would tell of it; undefined takes a field away. */
export function folderOf(modelType: string, change: Fields = {}, options: FolderOptions = {}): ModelFolder {
  const { fields, architecture, head = {} } = least[modelType]!;
  const config = { ...fields, model_type: modelType, ...change };
  const { layers = 4, tensors = head } = options;
  const family = families[modelType]!;
  const entries = Object.entries(tensors).map(([name, shape]) => {
    const tensor: ModelTensor = { name, shape, dtype: 'F32', begin: 0, end: 0, file: 'unread' };
    return [name, tensor] as const;
  });
  return {
    dir: 'a/folder',
    config,
    settings: config,
    family,
    root: options.root ?? family.roots[0]!,
    architecture: options.architecture ?? architecture,
    modelType,
    layers,
    parameters: 0,
    headers: [],
    tensors: new Map(entries),
    modules: [],
  };
}

/** What a config.json becomes, all its blocks included. */
export function describeModel(
  modelType: string,
  change: Fields = {},
  options: FolderOptions = {},
): { spec: ModelSpec; blocks: readonly BlockSpec[] } {
  const folder = folderOf(modelType, change, options);
  const spec = specs[modelType]!(folder);
  return { spec, blocks: Array.from({ length: folder.layers }, (_, layer) => spec.block(layer)) };
}
