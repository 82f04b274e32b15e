import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readModelFolder, type ModelFolder } from '../../../src/files/modelFolder';
import { writeSafetensors } from '../../../src/files/safetensorsWrite';
import { adaptedModules, readDownProjections } from '../../../src/adapters/downProjections';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { writeRandomLlama } from '../models/randomLlama';

describe('A of a PEFT adapter', () => {
  const folder = temporaryFolder();
  let model: ModelFolder;
  let count = 0;
  before(async () => {
    await openDevice('native', 1);
    const dir = path.join(folder.path, 'model');
    await writeRandomLlama(dir);
    model = await readModelFolder(dir);
  });

  async function adapter(config: object, names: readonly string[], inputs = 16): Promise<string> {
    const dir = path.join(folder.path, `adapter ${count++}`);
    await mkdir(dir);
    const whole = { peft_type: 'LORA', r: 2, lora_alpha: 6, ...config };
    await writeFile(path.join(dir, 'adapter_config.json'), JSON.stringify(whole));
    const data = new Float32Array(2 * inputs).fill(1);
    const tensors = names.map((name) => ({
      name: `base_model.model.${name}.lora_A.weight`,
      dtype: 'F32' as const,
      shape: [2, inputs],
      data,
    }));
    await writeSafetensors(path.join(dir, 'adapter_model.safetensors'), tensors);
    return dir;
  }
  const q = (layer: number): string => `model.layers.${layer}.self_attn.q_proj`;
  async function scales(dir: string): Promise<Record<string, number>> {
    const found = await readDownProjections(dir, model);
    for (const { a } of found.values()) a.dispose();
    return Object.fromEntries([...found].map(([name, { scaling }]) => [name, scaling]));
  }

  it('has the scale alpha / rank, alpha / √rank with rsLoRA, and a module’s own alpha by its pattern', async () => {
    assert.deepEqual(await scales(await adapter({}, [q(0)])), { [q(0)]: 3 });
    const rs = await scales(await adapter({ use_rslora: true }, [q(0)]));
    assert.ok(Math.abs(rs[q(0)]! - 6 / Math.SQRT2) < 1e-12);
    const ownRank = { r: 8, rank_pattern: { q_proj: 2 } };
    assert.deepEqual(await scales(await adapter(ownRank, [q(0)])), { [q(0)]: 3 });
    const alpha_pattern = { 'layers.1.self_attn.q_proj': 10, v_proj: 99 };
    assert.deepEqual(await scales(await adapter({ alpha_pattern }, [q(0), q(1)])), { [q(0)]: 3, [q(1)]: 5 });
  });

  it('is found under the root of the class that was trained, whatever the file’s own', async () => {
    const bare = {
      ...model,
      root: '',
      modules: model.modules.map((m) => ({ ...m, path: m.path.replace('model.', '') })),
    };
    const adapted = await adaptedModules(await adapter({}, [q(1)]), bare);
    assert.deepEqual(
      adapted.map(({ path: name }) => name),
      ['layers.1.self_attn.q_proj'],
    );
  });

  it('is refused where it does not belong to the model, and nothing is left behind', async () => {
    const tensors = tf.memory().numTensors;
    const refused = async (dir: string, words: RegExp): Promise<void> =>
      rejectsWith(readDownProjections(dir, model), 'adapter-invalid', words);
    await refused(await adapter({}, ['model.layers.7.self_attn.q_proj']), /no lora_A of any module/);
    await refused(await adapter({}, [q(0)], 5), /is \[2, 5\], not \[2, 16\]; the module has 16 inputs/);
    await refused(await adapter({ peft_type: 'ADALORA' }, [q(0)]), /peft_type/);
    await refused(await adapter({ rank_pattern: { q_proj: 4 } }, [q(0)]), /is \[2, 16\], not \[4, 16\]/);
    await refused(await adapter({ use_dora: true }, [q(0)]), /DoRA/);
    const broken = await adapter({}, [q(0)]);
    await writeFile(path.join(broken, 'adapter_config.json'), '{"r": 0}');
    await refused(broken, /adapter_config\.json/);
    assert.equal(tf.memory().numTensors, tensors);
  });
});
