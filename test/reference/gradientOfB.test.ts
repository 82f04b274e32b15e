import assert from 'node:assert/strict';
import path from 'node:path';
import { BatchRecorder } from '../../src/engine/scoring/recorder';
import { loadWhole, scoreOnTape } from '../../src/engine/scoring/tapePass';
import { readModelFolder } from '../../src/files/modelFolder';
import { makeBatches } from '../../src/models/batches';
import { readDownProjections } from '../../src/adapters/downProjections';
import { openModel } from '../../src/models/openModel';
import { openDevice } from '../../src/tensors/device';
import type { Device } from '../../src/shared/words';
import { readFileSync } from 'node:fs';

const data = path.join(__dirname, 'data');
const device = (process.env['ADAPTER_LAB_TEST_DEVICE'] ?? 'native') as Device;

/** ‖s (∂ℓ_s/∂W) Aᵀ‖² of each sample, computed in float64 by the forward passes of scripts/reference and autograd. */
const expected: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  'llama-1': {
    'model.layers.0.self_attn.q_proj': [66.547338, 51.8590404, 155.779036, 123.89035],
    'model.layers.2.self_attn.v_proj': [0.85470231, 3.76695044, 3.50940483, 2.4256243],
  },
  // Stored in × out, so that the gradient lies the other way round.
  'gpt2-1': { 'transformer.h.1.attn.c_attn': [2.54480147, 2.01956729, 2.50530902, 15.3430575] },
};

interface Inputs {
  input_ids: number[][];
  lengths: number[];
  labels: number[][];
}

describe(`the gradient of B at B = 0 on '${device}'`, () => {
  before(() => openDevice(device, 1));

  for (const [name, wanted] of Object.entries(expected)) {
    it(`of ${name} for the A of a PEFT adapter, against PyTorch`, async () => {
      const folder = path.join(data, name);
      const model = openModel(await readModelFolder(folder));
      const downs = await readDownProjections(path.join(folder, 'lora'), model.folder);
      const inputs = JSON.parse(readFileSync(path.join(folder, 'inputs.json'), 'utf8')) as Inputs;
      const samples = inputs.input_ids.map((ids, i) => ({
        ids: ids.slice(0, inputs.lengths[i]),
        targets: inputs.labels[i]!.slice(0, inputs.lengths[i]),
      }));
      await loadWhole(model);
      for (const batch of makeBatches(samples, 3, 1)) {
        const recorder = new BatchRecorder(batch.members.length, undefined, downs);
        await scoreOnTape(model, batch, { kind: 'empirical' }, recorder);
        recorder.dispose();
        const norms = await recorder.squaredNormsOfB();
        for (const [module, values] of Object.entries(wanted)) {
          batch.members.forEach((sample, row) => {
            const error = norms.get(module)![row]! / values[sample]! - 1;
            assert.ok(Math.abs(error) < 1e-4, `${module}, sample ${sample}: off by ${error}`);
          });
        }
      }
      for (const { a } of downs.values()) a.dispose();
      await model.dispose();
    });
  }
});
