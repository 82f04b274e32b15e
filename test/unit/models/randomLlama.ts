import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeSafetensors, type TensorToWrite } from '../../../src/files/safetensorsWrite';
import { numbers, sizeOf } from '../tensors/numbers';

/** Sizes of a small Llama, two query heads on each key and value head. */
export const smallLlama = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 16,
  intermediate_size: 28,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 40,
  max_position_embeddings: 64,
};
export type LlamaShape = typeof smallLlama;

/** Writes a Llama that computes, with seeded weights; the output matrix is the embedding. */
export async function writeRandomLlama(
  folder: string,
  config: LlamaShape = smallLlama,
  change: (tensors: TensorToWrite[]) => TensorToWrite[] = (tensors) => tensors,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(config));
  await writeSafetensors(path.join(folder, 'model.safetensors'), change(randomTensors(config)));
}

function randomTensors(config: LlamaShape): TensorToWrite[] {
  const { hidden_size: width, intermediate_size: inner, num_hidden_layers: layers } = config;
  const keys = (width / config.num_attention_heads) * config.num_key_value_heads;
  let seed = 0;
  const tensor = (name: string, ...shape: number[]): TensorToWrite => {
    const isNorm = shape.length === 1;
    const data = numbers(sizeOf(shape), ++seed).map((value) => (isNorm ? 1 + value / 4 : value / 2));
    return { name: `model.${name}.weight`, dtype: 'F32', shape, data };
  };
  const layer = (n: number): TensorToWrite[] => [
    tensor(`layers.${n}.input_layernorm`, width),
    tensor(`layers.${n}.post_attention_layernorm`, width),
    tensor(`layers.${n}.self_attn.q_proj`, width, width),
    tensor(`layers.${n}.self_attn.k_proj`, keys, width),
    tensor(`layers.${n}.self_attn.v_proj`, keys, width),
    tensor(`layers.${n}.self_attn.o_proj`, width, width),
    tensor(`layers.${n}.mlp.gate_proj`, inner, width),
    tensor(`layers.${n}.mlp.up_proj`, inner, width),
    tensor(`layers.${n}.mlp.down_proj`, width, inner),
  ];
  return [
    tensor('embed_tokens', config.vocab_size, width),
    ...Array.from({ length: layers }, (_, n) => layer(n)).flat(),
    tensor('norm', width),
  ];
}
