import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mergeFolder } from '../../../src/peft/mergeFolder';
import { saveLora, type SaveOptions } from '../../../src/peft/write';
import type { FloatDtype } from '../../../src/files/dtypes';
import { readModelFolder, type ModelFolder } from '../../../src/files/modelFolder';
import { writeSafetensors, type TensorToWrite } from '../../../src/files/safetensorsWrite';
import { temporaryFolder } from '../files/temporary';
import { tinyConfig, tinyTensors } from '../files/tinyLlama';
import { loraArrays, someArray } from './arrays';

export const q = (layer: number): string => `model.layers.${layer}.self_attn.q_proj`;
export const down = 'model.layers.1.mlp.down_proj';
export const options: SaveOptions = { taskType: 'CAUSAL_LM' };
export const running = new AbortController().signal;

function data(name: string, ...size: number[]): { shape: readonly number[]; data: Float32Array } {
  const { shape, values } = someArray(name, ...size);
  return { shape, data: values };
}

/** An output matrix of the tiny Llama, which has none by itself. */
export const head: TensorToWrite = { name: 'lm_head.weight', dtype: 'F32', ...data('lm_head.weight', 16, 8) };

/** What `loraOf` adapts. */
export const modules = new Map([
  [q(0), { rank: 2, alpha: 3 }],
  [down, { rank: 5, alpha: 4 }],
]);

export const merge = (adapter: string, model: ModelFolder, out: string) =>
  mergeFolder(adapter, model, out, () => undefined, running);

/** Models and adapters in folders of a `describe` block's own. */
export function mergeFixtures() {
  const temporary = temporaryFolder();
  let count = 0;
  const next = (): string => path.join(temporary.path, `${count++}`);

  /** A tiny Llama of random weights; with `shards`, its second layer in a file of its own. */
  async function tiny(dtype: FloatDtype, shards = false, more: readonly TensorToWrite[] = [], config = {}) {
    const folder = next();
    await mkdir(folder);
    await writeFile(path.join(folder, 'config.json'), JSON.stringify({ ...tinyConfig, ...config }));
    const tensors = [...tinyTensors(), ...more].map(({ name, shape }) => ({
      ...{ name, dtype, ...data(name, ...shape) },
    }));
    const files = shards ? ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] : [];
    const fileOf = (name: string): string => files[name.includes('layers.1') ? 1 : 0] ?? 'model.safetensors';
    for (const file of new Set(tensors.map(({ name }) => fileOf(name)))) {
      const own = tensors.filter(({ name }) => fileOf(name) === file);
      await writeSafetensors(path.join(folder, file), own, { format: 'pt' });
    }
    if (shards) {
      const weight_map = Object.fromEntries(tensors.map(({ name }) => [name, fileOf(name)]));
      const index = JSON.stringify({ metadata: { total_size: 1000 }, weight_map });
      await writeFile(path.join(folder, 'model.safetensors.index.json'), index);
    }
    return readModelFolder(folder);
  }

  async function loraOf(
    model: ModelFolder,
    { modulesToSave, inputFactor }: Pick<SaveOptions, 'modulesToSave'> & { inputFactor?: number } = {},
  ): Promise<string> {
    const folder = next();
    const lora = { modules, arrays: loraArrays(model, modules), rankStabilized: false, inputFactor };
    await saveLora(folder, model, lora, { ...options, modulesToSave });
    return folder;
  }

  return { temporary, next, tiny, loraOf };
}
