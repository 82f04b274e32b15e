import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import type { AdaptedModule } from '../../../../src/adapters/adapted';
import { MoeLora } from '../../../../src/adapters/moeLora';
import { gateGradients } from '../../../../src/engine/gates/gatePass';
import { GateScores } from '../../../../src/engine/gates/gateScores';
import { Placed } from '../../../../src/engine/training/placed';
import { TrainingPass } from '../../../../src/engine/training/trainingPass';
import { loadWhole } from '../../../../src/engine/scoring/tapePass';
import { makeBatches } from '../../../../src/models/batches';
import type { AnySample } from '../../../../src/models/samples';
import type { Transformer } from '../../../../src/models/transformer';
import type { Module } from '../../../../src/shared/words';
import { openDevice } from '../../../../src/tensors/device';
import { readNumbers } from '../../../../src/tensors/readBack';
import { openFixture } from '../../../reference/fixture';
import { close } from '../../tensors/close';
import { numbers } from '../../tensors/numbers';

const memory = { recompute: false, streaming: false };
const moe = { form: 'hydra', topK: 0, balance: 0, dropout: 0, rankStabilized: false } as const;

describe('gate Fisher', () => {
  let model: Transformer;
  let samples: readonly AnySample[];
  let adapter: MoeLora;
  let layerOf: Map<string, number>;
  before(async () => {
    await openDevice('native', 1);
    ({ model, samples } = await openFixture('llama-1'));
    await loadWhole(model);
    const adapted = model.modules
      .filter(({ role }) => role === 'q' || role === 'v' || role === 'down')
      .map((module): AdaptedModule => ({ module, rank: 2, alpha: 4, experts: 3 }));
    adapter = new MoeLora(adapted, moe, 1);
    layerOf = new Map(adapted.map(({ module }) => [module.path, module.layer]));
  });
  after(() => model.dispose());

  const scoresOf = async (batchSize: number, passMemory = memory): Promise<GateScores> => {
    const scores = new GateScores(model.modules, model.layers, samples.length);
    for (const batch of makeBatches(samples, batchSize, 0)) {
      const found = await gateGradients(model, adapter, layerOf, passMemory, batch);
      scores.add(batch.members, found.gradients, found.losses);
    }
    return scores;
  };
  const warm = (): void =>
    adapter.parameters
      .filter(({ name }) => name.endsWith('lora_B'))
      .forEach(({ values }, index) =>
        values.forEach((_, i) => (values[i] = numbers(values.length, index)[i]! / 4)),
      );

  it('is exactly 0 while B is 0', async () => {
    const scores = await scoresOf(8);
    assert.ok(scores.layerScores().every(({ score }) => score === 0));
    assert.equal(scores.samplesDone, samples.length);
  });

  it('is the inner product of an adapter with its own gradient (Euler: Δ is linear in B, and in A)', async () => {
    warm();
    const batch = makeBatches(samples, 1, 0)[0]!;
    const { gradients: gates } = await gateGradients(model, adapter, layerOf, memory, batch);
    const placed = new Placed();
    placed.refresh(adapter.parameters);
    const pass = new TrainingPass(model, adapter, placed, memory);
    const own = (await pass.gradients({ batch, scale: 1, share: 1, seed: 0 })).gradients;
    placed.dispose();
    const product = (name: string): number => {
      const { values } = adapter.parameters.find((one) => one.name === name)!;
      return values.reduce((sum, value, i) => sum + value * (own.get(name)![i] ?? 0), 0);
    };
    for (const path of layerOf.keys()) {
      const gate = gates.get(path)![0]!;
      assert.ok(Math.abs(gate) > 1e-6);
      close([product(`${path}.lora_B`), product(`${path}.lora_A`)], [gate, gate], 1e-4, path);
    }
  });

  it('is the same from batches of any size, and however memory is spent', async () => {
    warm();
    const single = await scoresOf(1);
    const flat = (scores: GateScores): number[] => scores.layerGates().flat();
    close(flat(await scoresOf(8)), flat(single), 1e-5, 'one batch');
    close(flat(await scoresOf(8, { recompute: true, streaming: false })), flat(single), 1e-5, 'recomputed');
    const errors = single.layerScores().map(({ standardError }) => standardError);
    assert.ok(errors.every((error) => error > 0));
  });

  it('sums a layer from its modules before it is squared', () => {
    const module = (path: string, layer: number): Module => ({
      ...{ path, layer, role: 'q', inFeatures: 2, outFeatures: 2 },
    });
    const scores = new GateScores([module('a', 0), module('b', 0), module('c', 1)], 2, 2);
    const gates = new Map([
      ['a', [1, 2]],
      ['b', [3, -2]],
      ['c', [1, 1]],
    ]);
    scores.add([1, 0], gates, [0.5, 1.5]);
    assert.deepEqual(scores.layerGates(), [
      [0, 1],
      [4, 1],
    ]);
    assert.deepEqual(
      scores.layerScores().map(({ score }) => score),
      [8, 1],
    );
    assert.deepEqual(
      scores.moduleScores(false).map(({ score }) => score),
      [2.5, 6.5, 1],
    );
    assert.equal(scores.meanLoss, 1);
    assert.equal(scores.firstOrder(), 1, 'the second layer only slopes');
  });

  it('is (ŷ − t) z of each sample in a model that is linear in its gates, and the matrix their mean outer product', async () => {
    const [count, layers] = [30, 4];
    const z = numbers(count * layers, 1);
    const targets = numbers(count, 2);
    // ℓ = ½ (Σ m z − t)², summed over the samples, each with its own row of gates.
    const found = tf.tidy(() => {
      const loss = (gates: tf.Tensor): tf.Scalar =>
        tf
          .sum(
            tf.square(
              tf.sub(tf.sum(tf.mul(gates, tf.tensor2d(z, [count, layers])), 1), tf.tensor1d(targets)),
            ),
          )
          .div(2);
      return tf.grad(loss)(tf.ones([count, layers]));
    });
    const gradients = await readNumbers(found);
    found.dispose();
    const modules = Array.from({ length: layers }, (_, layer): Module => ({
      ...{ path: `m${layer}`, layer, role: 'q', inFeatures: 2, outFeatures: 2 },
    }));
    const members = Array.from({ length: count }, (_, n) => n);
    const column = (of: ArrayLike<number>, layer: number): number[] =>
      members.map((n) => of[n * layers + layer]!);
    const scores = new GateScores(modules, layers, count);
    scores.add(members, new Map(modules.map(({ path, layer }) => [path, column(gradients, layer)])), [
      ...targets,
    ]);
    const apart = members.map(
      (n) => modules.reduce((sum, { layer }) => sum + z[n * layers + layer]!, 0) - targets[n]!,
    );
    for (let a = 0; a < layers; a++) {
      for (let b = 0; b < layers; b++) {
        const matrix = scores.layerGates().reduce((sum, row) => sum + row[a]! * row[b]!, 0) / count;
        const expected =
          members.reduce((sum, n) => sum + apart[n]! ** 2 * z[n * layers + a]! * z[n * layers + b]!, 0) /
          count;
        assert.ok(Math.abs(matrix - expected) < 1e-6);
        if (a === b) assert.ok(Math.abs(scores.layerScores()[a]!.score - expected) < 1e-6);
      }
    }
  });
});
