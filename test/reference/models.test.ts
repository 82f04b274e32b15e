import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { makeBatches, type Batch } from '../../src/models/batches';
import type { Device } from '../../src/shared/words';
import { openDevice } from '../../src/tensors/device';
import { readNumbers } from '../../src/tensors/readBack';
import { close } from '../unit/tensors/close';
import { pathsOf } from './devicePaths';
import { expectedOf, fixtures, openFixture, type Expected } from './fixture';
import { forward, logitsOf, onTape, streamed, type Hidden, type Scores } from './passes';

/**
 * Every folder of test/reference/data against PyTorch in float64. A process has one device; `npm test` runs this file once
 * for each of native, wasm, cpu, and webgpu on a software card, which is slow: there those alone that together ask of it all
 * that the others do, which differ from them in names, sizes and the types that weights are stored in.
 */
const device = (process.env['ADAPTER_LAB_TEST_DEVICE'] ?? 'native') as Device;
const isSlow = device === 'webgpu';
const batchSizes = isSlow ? [8] : [8, 2, 1];
const onCards = [
  ...['llama-1', 'gpt2-1', 'bert-1', 'vit-1', 'gemma2-1', 'gemma3-1', 'qwen3-1', 'phi3-1', 'gpt_neox-1'],
  ...['gpt2-cls-1', 'llama-cls-1', 'opt-post-1', 'phi-qk-1', 'distilbert-1'],
];
const tolerance = { logits: 2e-5, losses: 1e-5, scores: 1e-4 };

function relative(actual: number | undefined, expected: number, most: number, what: string): void {
  // Written so that a NaN and an absent number fail.
  const error = Math.abs((actual ?? NaN) - expected) / Math.abs(expected);
  assert.ok(error <= most, `${what}: ${actual} against ${expected}, relative error ${error}`);
}

describe(`models against PyTorch on '${device}'`, () => {
  before(() => openDevice(device, 1));

  it('has fixtures', () => assert.ok(fixtures.length >= 33, fixtures.join(', ')));

  // No device is asked for that: once is enough.
  if (device === 'native')
    it('has among those for a card every operation that any of them asks for', async () => {
      const asked = async (names: readonly string[]): Promise<Set<string>> => {
        const found = new Set<string>();
        for (const name of names) {
          const { model } = await openFixture(name);
          pathsOf(model).forEach((one) => found.add(one));
          await model.dispose();
        }
        return found;
      };
      assert.deepEqual([...(await asked(onCards))].sort(), [...(await asked(fixtures))].sort());
    });

  for (const name of isSlow ? onCards : fixtures) {
    for (const batchSize of batchSizes) {
      it(`${name}, batches of ${batchSize}`, async () => {
        const expected = expectedOf(name);
        const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
        const { model, samples } = await openFixture(name);
        const batches = makeBatches(samples, batchSize, 0);
        const hidden = await forward(model, batches);
        await checkHidden(hidden, batches, expected);
        checkLogits(await logitsOf(model, batches, hidden[model.layers]!), expected);
        const byBlock = await streamed(model, batches, hidden);
        tf.dispose(hidden as tf.Tensor[][]);
        const whole = await onTape(model, batches);
        assert.deepEqual(byBlock, whole, 'block by block gives what the whole tape gives');
        checkScores(whole, expected);
        await model.dispose();
        const after = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
        assert.deepEqual(after, before, 'no tensor is left behind');
      });
    }
  }
});

async function checkHidden(
  hidden: Hidden,
  batches: readonly Batch[],
  { hidden_probe }: Expected,
): Promise<void> {
  assert.equal(hidden.length, hidden_probe.length);
  const which = batches.findIndex(({ members }) => members.includes(0));
  const { members, length } = batches[which]!;
  for (const [block, probe] of hidden_probe.entries()) {
    const row = members.indexOf(0) * length + 1;
    const part = tf.tidy(() => tf.slice(hidden[block]![which]!, [row, 0], [1, probe.length]));
    const found = await readNumbers(part);
    part.dispose();
    close(found, probe, tolerance.logits, block === 0 ? 'embedding' : `output of block ${block - 1}`);
  }
}

function checkLogits(found: number[][][], { logits }: Expected): void {
  const rows = logits.map((of) => (typeof of[0] === 'number' ? [of] : of) as readonly (readonly number[])[]);
  assert.deepEqual(
    found.map((of) => of.map((row) => row.length)),
    rows.map((of) => of.map((row) => row.length)),
  );
  close(found.flat(2), rows.flat(2), tolerance.logits, 'logits');
}

function checkScores({ losses, norms, whole }: Scores, { loss_per_sample, matrices }: Expected): void {
  assert.deepEqual([...norms.keys()].map((path) => `${path}.weight`).sort(), Object.keys(matrices).sort());
  loss_per_sample.forEach((loss, sample) =>
    relative(losses[sample], loss, tolerance.losses, `loss of sample ${sample}`),
  );
  for (const [path, own] of norms) {
    const wanted = matrices[`${path}.weight`]!;
    const check = (actual: number | undefined, of: number, what: string): void =>
      relative(actual, of, tolerance.scores, `${path}, ${what}`);
    wanted.per_sample_grad_sq_norm.forEach((norm, sample) => check(own[sample], norm, `sample ${sample}`));
    check(own.reduce((sum, norm) => sum + norm, 0) / own.length, wanted.fisher_trace, 'Fisher trace');
    check(whole.get(path)?.meanGradientSquaredNorm, wanted.mean_grad_sq_norm, 'mean gradient');
    check(whole.get(path)?.taylor, wanted.taylor_abs_sum, 'Taylor salience');
  }
}
