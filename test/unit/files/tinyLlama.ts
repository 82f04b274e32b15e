import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors, type TensorToWrite } from '../../../src/files/safetensorsWrite';

/** A llama of two layers (or more), hidden size 8, 4 key and value features, inner size 12: shapes only, the weights mean nothing. */
export const tinyConfig = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  vocab_size: 16,
};

export function tinyTensors(value = 0.25, layers = 2): TensorToWrite[] {
  const tensor = (name: string, ...shape: number[]): TensorToWrite => ({
    name,
    dtype: 'F32',
    shape,
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value),
  });
  const layer = (n: number): TensorToWrite[] => [
    tensor(`model.layers.${n}.input_layernorm.weight`, 8),
    tensor(`model.layers.${n}.mlp.down_proj.weight`, 8, 12),
    tensor(`model.layers.${n}.mlp.gate_proj.weight`, 12, 8),
    tensor(`model.layers.${n}.mlp.up_proj.weight`, 12, 8),
    tensor(`model.layers.${n}.self_attn.k_proj.weight`, 4, 8),
    tensor(`model.layers.${n}.self_attn.o_proj.weight`, 8, 8),
    tensor(`model.layers.${n}.self_attn.q_proj.weight`, 8, 8),
    tensor(`model.layers.${n}.self_attn.v_proj.weight`, 4, 8),
  ];
  return [
    tensor('model.embed_tokens.weight', 16, 8),
    ...Array.from({ length: layers }, (_, n) => layer(n)).flat(),
  ];
}

export async function writeTinyLlama(dir: string, value?: number, layers = 2): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'config.json'), JSON.stringify({ ...tinyConfig, num_hidden_layers: layers }));
  await writeSafetensors(join(dir, 'model.safetensors'), tinyTensors(value, layers));
}
