import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { scoreBatch } from '../../src/engine/scoreBatch';
import { readModelFolder } from '../../src/files/modelFolder';
import { makeBatches } from '../../src/models/batches';
import { openModel } from '../../src/models/openModel';
import type { Sample } from '../../src/models/samples';
import { openDevice } from '../../src/tensors/device';
import type { Device } from '../../src/shared/words';

/**
 * Losses and per-sample squared gradient norms against PyTorch in float64 (test/reference/data/README.md). A process
 * has one device; `npm test` runs this file once for each of native, wasm and cpu.
 */
const device = (process.env['ADAPTER_LAB_TEST_DEVICE'] ?? 'native') as Device;
const data = path.join(__dirname, 'data');
const lossTolerance = 1e-5;
const scoreTolerance = 1e-4;

interface Inputs {
  input_ids: number[][];
  lengths: number[];
  labels: number[][];
}
interface Expected {
  loss_per_sample: number[];
  matrices: Record<string, { per_sample_grad_sq_norm: number[]; fisher_trace: number }>;
}

const read = <T>(folder: string, file: string): T =>
  JSON.parse(readFileSync(path.join(data, folder, file), 'utf8')) as T;

function close(actual: number, expected: number, tolerance: number, what: string): void {
  const error = Math.abs(actual - expected) / Math.abs(expected);
  assert.ok(error <= tolerance, `${what}: ${actual} against ${expected}, relative error ${error}`);
}

describe(`Llama against PyTorch on '${device}'`, () => {
  before(() => openDevice(device, 1));

  const folders = readdirSync(data).filter((name) => name.startsWith('llama'));
  for (const folder of folders) {
    for (const batchSize of [8, 2, 1]) {
      it(`${folder}, batches of ${batchSize}: losses, per-sample norms and Fisher traces`, async () => {
        const inputs = read<Inputs>(folder, 'inputs.json');
        const expected = read<Expected>(folder, 'expected.json');
        const samples: Sample[] = inputs.input_ids.map((ids, index) => ({
          ids: ids.slice(0, inputs.lengths[index]),
          targets: inputs.labels[index]!.slice(0, inputs.lengths[index]),
        }));
        const tensorsBefore = tf.memory().numTensors;
        const model = openModel(await readModelFolder(path.join(data, folder)));
        const sums = new Map<string, number>();
        assert.equal(model.modules.length, Object.keys(expected.matrices).length);
        for (const batch of makeBatches(samples, batchSize, 0)) {
          const result = await scoreBatch(model, batch, new AbortController().signal);
          batch.members.forEach((sample, row) => {
            close(result.losses[row]!, expected.loss_per_sample[sample]!, lossTolerance, `loss of ${sample}`);
            model.modules.forEach(({ path: name }, index) => {
              const norm = result.squaredNorms[index]![row]!;
              const wanted = expected.matrices[`${name}.weight`]!.per_sample_grad_sq_norm[sample]!;
              close(norm, wanted, scoreTolerance, `${name}, sample ${sample}`);
              sums.set(name, (sums.get(name) ?? 0) + norm);
            });
          });
        }
        for (const [name, sum] of sums) {
          const { fisher_trace } = expected.matrices[`${name}.weight`]!;
          close(sum / samples.length, fisher_trace, scoreTolerance, `${name}, trace`);
        }
        model.dispose();
        assert.equal(tf.memory().numTensors, tensorsBefore, 'every tensor is freed');
      });
    }
  }
});
