import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rawSafetensors, type RawTensor } from './rawSafetensors';

/** Tensors by name, with their shapes; the weights are zeros and mean nothing. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** Writes a model folder of any architecture. */
export async function writeModel(
  dir: string,
  config: Readonly<Record<string, unknown>>,
  shapes: Shapes,
  further: readonly RawTensor[] = [],
): Promise<string> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'config.json'), JSON.stringify(config));
  const tensors = Object.entries(shapes).map(([name, shape]): RawTensor => ({ name, dtype: 'F32', shape }));
  await writeFile(join(dir, 'model.safetensors'), rawSafetensors([...tensors, ...further]));
  return dir;
}

/** The tensors of `count` layers, from those of one with `#` for its number. */
export const layers = (count: number, one: Shapes): Shapes =>
  Object.fromEntries(
    Array.from({ length: count }, (_, layer) =>
      Object.entries(one).map(([name, shape]) => [name.replace('#', String(layer)), shape] as const),
    ).flat(),
  );

/** GPT-2 as it was published: no root before the names, matrices stored in × out, no output matrix. */
export const gpt2Config = { architectures: ['GPT2LMHeadModel'], model_type: 'gpt2', n_layer: 2 };
export const gpt2Shapes: Shapes = {
  'wte.weight': [16, 8],
  'wpe.weight': [10, 8],
  ...layers(2, {
    'h.#.ln_1.weight': [8],
    'h.#.attn.c_attn.weight': [8, 24],
    'h.#.attn.c_attn.bias': [24],
    'h.#.attn.c_proj.weight': [8, 8],
    'h.#.mlp.c_fc.weight': [8, 32],
    'h.#.mlp.c_proj.weight': [32, 8],
  }),
  'ln_f.weight': [8],
};

export const bertConfig = { architectures: ['BertForMaskedLM'], model_type: 'bert', num_hidden_layers: 2 };
export const bertShapes: Shapes = {
  'bert.embeddings.word_embeddings.weight': [16, 8],
  'bert.embeddings.position_embeddings.weight': [10, 8],
  ...layers(2, {
    'bert.encoder.layer.#.attention.self.query.weight': [8, 8],
    'bert.encoder.layer.#.attention.self.key.weight': [8, 8],
    'bert.encoder.layer.#.attention.self.value.weight': [8, 8],
    'bert.encoder.layer.#.attention.output.dense.weight': [8, 8],
    'bert.encoder.layer.#.intermediate.dense.weight': [32, 8],
    'bert.encoder.layer.#.output.dense.weight': [8, 32],
  }),
  'bert.pooler.dense.weight': [8, 8],
  'cls.predictions.transform.dense.weight': [8, 8],
  'cls.predictions.decoder.weight': [16, 8],
};

/** A llama with an output matrix of its own; `qv` [4, 8] makes keys and values narrower. */
export const llamaConfig = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  num_hidden_layers: 4,
  tie_word_embeddings: false,
};
export const llamaShapes: Shapes = {
  'model.embed_tokens.weight': [16, 8],
  ...layers(4, {
    'model.layers.#.self_attn.q_proj.weight': [8, 8],
    'model.layers.#.self_attn.k_proj.weight': [4, 8],
    'model.layers.#.self_attn.v_proj.weight': [4, 8],
    'model.layers.#.self_attn.o_proj.weight': [8, 8],
    'model.layers.#.mlp.gate_proj.weight': [12, 8],
    'model.layers.#.mlp.up_proj.weight': [12, 8],
    'model.layers.#.mlp.down_proj.weight': [8, 12],
    'model.layers.#.input_layernorm.weight': [8],
  }),
  'model.norm.weight': [8],
  'lm_head.weight': [16, 8],
};
