import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Lora } from '../../../../src/adapters/lora';
import { Placed } from '../../../../src/engine/training/placed';
import { stepBatches, tokensOf, TrainingOrder } from '../../../../src/engine/training/stepBatches';
import { TrainingPass } from '../../../../src/engine/training/trainingPass';
import type { AnySample, ClassSample } from '../../../../src/models/samples';
import { openDevice } from '../../../../src/tensors/device';
import { fixtureFolder, openFixture } from '../../../reference/fixture';
import { sampleOf } from '../../models/tokenizedSamples';
import { close } from '../../tensors/close';
import { numbers } from '../../tensors/numbers';

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

describe('the order of a training', () => {
  const orders = fc.record({
    samples: fc.integer({ min: 1, max: 60 }),
    batchSize: fc.integer({ min: 1, max: 20 }),
    epochs: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.double({ min: 0.05, max: 4, noNaN: true })),
    seed: fc.integer({ min: 0, max: 1e6 }),
  });
  type Settings = Readonly<Record<'samples' | 'batchSize' | 'epochs' | 'seed', number>>;
  const orderOf = ({ samples, batchSize, epochs, seed }: Settings): TrainingOrder =>
    new TrainingOrder([{ size: samples, weight: 1 }], batchSize, epochs, seed);
  const walk = (order: TrainingOrder, steps = order.steps): (readonly number[])[] =>
    Array.from({ length: steps }, (_, step) => order.members(step));

  it('is a function of seed and step: whoever comes to a step, from wherever, finds the same samples', () => {
    fc.assert(
      fc.property(orders, fc.infiniteStream(fc.nat()), (settings, jumps) => {
        const all = walk(orderOf(settings));
        const jumping = orderOf(settings);
        for (const jump of [...jumps.take(10)].map((any) => any % all.length)) {
          assert.deepEqual(jumping.members(jump), all[jump]);
          assert.deepEqual(orderOf(settings).members(jump), all[jump]);
        }
      }),
      { seed: 11, numRuns: 200 },
    );
  });

  it('has every sample once in an epoch, the last step with what is left', () => {
    fc.assert(
      fc.property(orders, fc.integer({ min: 0, max: 3 }), (settings, epoch) => {
        const order = orderOf({ ...settings, epochs: epoch + 1 });
        const { stepsAnEpoch } = order;
        const steps = walk(order).slice(epoch * stepsAnEpoch, (epoch + 1) * stepsAnEpoch);
        assert.deepEqual(
          steps.flat().sort((a, b) => a - b),
          Array.from({ length: settings.samples }, (_, index) => index),
        );
        const sizes = steps.map(({ length }) => length);
        assert.ok(sizes.slice(0, -1).every((size) => size === settings.batchSize));
        assert.equal(sizes.at(-1), ((settings.samples - 1) % settings.batchSize) + 1);
      }),
      { seed: 12, numRuns: 200 },
    );
  });

  it('takes the steps of its epochs, a part of one rounded up, and one at least', () => {
    const stepsOf = (samples: number, batchSize: number, epochs: number): number =>
      new TrainingOrder([{ size: samples, weight: 1 }], batchSize, epochs, 0).steps;
    assert.equal(stepsOf(10, 4, 2), 6);
    assert.equal(stepsOf(10, 4, 0.5), 2);
    assert.equal(stepsOf(10, 4, 1.01), 4);
    assert.equal(stepsOf(10, 16, 3), 3);
    assert.equal(stepsOf(10, 4, 1e-9), 1);
  });

  it('takes tasks by their weights, each one from its own samples', () => {
    const order = new TrainingOrder(
      [
        { size: 100, weight: 3 },
        { size: 100, weight: 1 },
      ],
      10,
      1,
      5,
    );
    const taken = walk(order).flat();
    assert.equal(taken.length, 200);
    assert.equal(taken.filter((index) => index < 100).length, 150);
    assert.ok(taken.every((index) => index >= 0 && index < 200));
  });

  it('differs from epoch to epoch and from seed to seed', () => {
    const epochs = [0, 1, 2, 3].flatMap((seed) => {
      const order = new TrainingOrder([{ size: 40, weight: 1 }], 8, 6, seed);
      return Array.from({ length: 6 }, (_, epoch) =>
        walk(order)
          .slice(5 * epoch, 5 * epoch + 5)
          .flat()
          .join(),
      );
    });
    assert.equal(new Set(epochs).size, epochs.length);
    assert.ok(!epochs.includes([...Array(40).keys()].join()), 'none is the order of the data');
  });
});

describe('a step’s batches', () => {
  const cut = fc.record({
    tokens: fc.integer({ min: 1, max: 200 }),
    boundary: fc.option(fc.nat(20), { nil: undefined }),
  });

  it('weigh every target alike and 1 in all, however they are cut', () => {
    const samples = fc.array(sampleOf(20, 50), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(samples, cut, fc.integer(), (all, limits, seed) => {
        const members = [...all.keys()].reverse();
        const batches = stepBatches(all, members, { ...limits, seed });
        const weights = batches.flatMap(({ batch, scale }) => Array.from(batch.weights, (w) => w * scale));
        const targets = sum(all.map((one) => one.targets.slice(1).filter((t) => t !== -100).length));
        assert.equal(weights.length, targets);
        assert.ok(weights.every((weight) => Math.abs(weight * targets - 1) < 1e-6));
        close([sum(weights)], [1], 1e-6, 'weights');
        close([sum(batches.map(({ share }) => share))], [1], 1e-12, 'shares');
        for (const { batch, share } of batches) {
          close([share], [tokensOf(batch) / sum(all.map(({ ids }) => ids.length))], 1e-12, 'share');
          assert.ok(batch.members.length === 1 || batch.members.length * batch.length <= limits.tokens);
        }
      }),
      { seed: 13, numRuns: 200 },
    );
  });

  it('weigh every sample alike and 1 in all where a head classifies', () => {
    const sample = fc.record({
      ids: fc.array(fc.nat(50), { minLength: 1, maxLength: 15 }),
      label: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 12 }), cut, (all: ClassSample[], limits) => {
        const batches = stepBatches(all, [...all.keys()], { ...limits, seed: 1 });
        for (const { scale } of batches) assert.equal(scale, 1 / all.length);
        close([sum(batches.map(({ batch, scale }) => scale * batch.members.length))], [1], 1e-12, 'weights');
      }),
      { seed: 14, numRuns: 200 },
    );
  });

  it('name samples by their place in the data, and hold their own tokens', () => {
    const all: AnySample[] = [7, 3, 5, 3, 9, 4].map((length, index) => {
      const ids = Array.from({ length }, (_, t) => 10 * index + t);
      return { ids, targets: ids };
    });
    const members = [4, 1, 5, 0];
    const batches = stepBatches(all, members, { tokens: 12, seed: 3 });
    assert.ok(batches.length > 1);
    assert.deepEqual(batches.flatMap(({ batch }) => batch.members).sort(), [...members].sort());
    for (const { batch } of batches) {
      batch.members.forEach((member, row) => {
        const own = batch.ids.subarray(row * batch.length, row * batch.length + batch.lengths[row]!);
        assert.deepEqual([...own], 'ids' in all[member]! ? all[member].ids : undefined);
      });
    }
  });

  it('have a seed each, which differ in a step and from step to step', () => {
    const all: AnySample[] = Array.from({ length: 40 }, () => ({ ids: [1, 2, 3], targets: [1, 2, 3] }));
    const seedsAt = (seed: number): number[] =>
      stepBatches(all, [...all.keys()], { tokens: 3, seed }).map((one) => one.seed);
    assert.deepEqual(seedsAt(5), seedsAt(5));
    assert.equal(new Set([5, 6, 7].flatMap(seedsAt)).size, 3 * 40);
  });

  describe('of a model', () => {
    before(() => openDevice('native', 1));

    for (const name of ['llama-1', 'bert-1']) {
      it(`give one loss and one gradient however they are cut: PyTorch’s of the whole batch (${name})`, async () => {
        const { model, samples } = await openFixture(name);
        await model.head.load();
        const adapted = model.modules
          .filter(({ role }) => role === 'v' || role === 'down')
          .map((module) => ({ module, rank: 2, alpha: 4, experts: 1 }));
        const adapter = new Lora(adapted, { dropout: 0, rankStabilized: false }, 1);
        const placed = new Placed();
        const pass = new TrainingPass(model, adapter, placed, { recompute: false, streaming: false });
        /** Loss and gradients of a step, summed over its batches. */
        const step = async (tokens: number) => {
          placed.refresh(adapter.parameters);
          const batches = stepBatches(samples, [...samples.keys()], { tokens, seed: 1 });
          const sums = new Map<string, Float64Array>();
          let loss = 0;
          for (const batch of batches) {
            const result = await pass.gradients(batch);
            loss += result.loss;
            for (const [parameter, values] of result.gradients) {
              const before = sums.get(parameter);
              sums.set(
                parameter,
                Float64Array.from(values, (value, i) => value + (before?.[i] ?? 0)),
              );
            }
          }
          return { count: batches.length, loss, gradients: sums };
        };
        const first = await step(Infinity);
        close([first.loss], [lossOfBatch(name)], 1e-5, 'loss');
        // B's are 0 at the start, and A's gradients with them.
        adapter.parameters.forEach(({ values }, index) =>
          values.set(numbers(values.length, index).map((v) => v / 5)),
        );
        const whole = await step(Infinity);
        for (const tokens of [20, 1]) {
          const parts = await step(tokens);
          assert.ok(parts.count > 1);
          close([parts.loss], [whole.loss], 1e-6, 'loss in parts');
          for (const [parameter, values] of parts.gradients) {
            close(values, whole.gradients.get(parameter)!, 2e-5, parameter);
          }
        }
        placed.dispose();
        await model.dispose();
      });
    }
  });
});

/** What the original gives for its whole batch: the mean over all targets. */
function lossOfBatch(name: string): number {
  const file = path.join(fixtureFolder(name), 'expected.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { loss_batch: number }).loss_batch;
}
