import assert from 'node:assert/strict';
import { makeBatches } from '../../../../src/models/batches';
import type { Sample } from '../../../../src/models/samples';
import { openDevice } from '../../../../src/tensors/device';
import { rejectsWith } from '../../files/throwsCode';
import { close } from '../../tensors/close';
import { numbers } from '../../tensors/numbers';
import { drawnFrom, softmax } from './chiSquare';
import { cases, empirical, exactLogits, exactLosses, run, samples, states, width } from './languageCases';

describe('LanguagePass', () => {
  before(() => openDevice('native', 1));
  const batch = makeBatches(samples, 3, 1)[0]!;
  const allCuts: readonly (readonly number[])[] = [
    [5],
    [1],
    [10],
    [3, 4, 9],
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  ];

  for (const of of cases) {
    it(`with ${of.what}: losses and gradient equal the definition`, async () => {
      const { losses, gradient } = await run(of, batch, states, []);
      close(losses, exactLosses(of, batch, states), 1e-6, 'losses');
      const step = 1e-5;
      const sum = (entry: number, by: number): number => {
        const moved = Float64Array.from(states);
        moved[entry]! += by;
        return exactLosses(of, batch, moved).reduce((total, loss) => total + loss, 0);
      };
      const differences = Array.from(
        states,
        (_, entry) => (sum(entry, step) - sum(entry, -step)) / (2 * step),
      );
      close(gradient, differences, 3e-6, 'gradient');
    });

    it(`with ${of.what}: gives the same however the output matrix is cut`, async () => {
      for (const labels of [empirical, { kind: 'true', seed: 4 } as const]) {
        const whole = await run(of, batch, states, [], labels);
        for (const cuts of allCuts) {
          const sliced = await run(of, batch, states, cuts, labels);
          close(sliced.losses, whole.losses, 1e-6, `losses, ${labels.kind}, cut at ${cuts.join()}`);
          close(sliced.gradient, whole.gradient, 1e-6, `gradient, ${labels.kind}, cut at ${cuts.join()}`);
        }
      }
    });
  }

  it('draws labels from the model’s own distribution, the same ones however samples are batched', async () => {
    const [plain] = cases;
    const count = 3000;
    // The same hidden states for every sample, so that all draw from one distribution.
    const row = numbers(width, 7).map((value) => value / 2);
    const many: Sample[] = Array.from({ length: count }, () => ({ ids: [1, 2], targets: [1, 2] }));
    const lossesBy = async (batchSize: number, cuts: readonly number[], seed: number): Promise<number[]> => {
      const losses: number[] = [];
      for (const part of makeBatches(many, batchSize, 1)) {
        const x = Float32Array.from({ length: 2 * part.members.length * width }, (_, i) => row[i % width]!);
        const outcome = await run(plain!, part, x, cuts, { kind: 'true', seed });
        part.members.forEach((member, i) => (losses[member] = outcome.losses[i]!));
      }
      return losses;
    };
    const losses = await lossesBy(count, [], 1);
    const shares = softmax(exactLogits(plain!, [...row]));
    const drawn = losses.map((loss) => shares.findIndex((share) => Math.abs(-Math.log(share) - loss) < 1e-5));
    assert.ok(!drawn.includes(-1), 'every loss is that of a token');
    const counts = shares.map((_, token) => drawn.filter((other) => other === token).length);
    drawnFrom(counts, shares, 'labels');
    close(await lossesBy(700, [5], 1), losses, 1e-6, 'other batches, two slices');
    const other = await lossesBy(count, [], 2);
    assert.ok(other.filter((loss, sample) => loss !== losses[sample]).length > count / 4);
  });

  it('differentiates towards the labels that it drew', async () => {
    const [plain] = cases;
    const pairs: Sample[] = Array.from({ length: 6 }, (_, i) => ({ ids: [i, i], targets: [i, i] }));
    const x = states.slice(0, 2 * pairs.length * width);
    const drawing = makeBatches(pairs, pairs.length, 1)[0]!;
    const { losses, gradient } = await run(plain!, drawing, x, [], { kind: 'true', seed: 3 });
    const drawn = losses.map((loss, row) => {
      const shares = softmax(exactLogits(plain!, [...x.slice(2 * row * width, (2 * row + 1) * width)]));
      return shares.findIndex((share) => Math.abs(-Math.log(share) - loss) < 1e-5);
    });
    assert.ok(new Set(drawn).size > 1 && !drawn.includes(-1));
    const targets = Int32Array.from(drawn);
    assert.notDeepEqual(targets, drawing.targets);
    const named = await run(plain!, { ...drawing, targets }, x, []);
    close(named.losses, losses, 1e-6, 'losses');
    assert.deepEqual(named.gradient, gradient);
  });

  it('names the sample whose loss is not finite, and leaves nothing behind', async () => {
    const broken = states.slice();
    const row = batch.members.indexOf(1);
    broken.fill(NaN, (row * batch.length + 2) * width, (row * batch.length + 3) * width);
    for (const cuts of [[], [5]]) {
      const result = run(cases[0]!, batch, broken, cuts);
      await rejectsWith(result, 'loss-not-finite', /^The loss of sample 1 is NaN/);
    }
  });
});
