import assert from 'node:assert/strict';
import type { Adapter, Reallocation } from '../../../src/adapters/adapter';
import { jacobiSvd } from '../../../src/adapters/allocation/svd';
import { DynamicLora } from '../../../src/adapters/dynamicLora';
import { Lora } from '../../../src/adapters/lora';
import { countParameters } from '../../../src/adapters/parameter';
import type { NamedArray } from '../../../src/shared/namedArray';
import { openDevice } from '../../../src/tensors/device';
import { close } from '../tensors/close';
import { numbers } from '../tensors/numbers';
import { adapted, disturb, given, layers, make, modules, off, query, rank, width } from './dynamicAdapters';
import { rowsOf, sum, timesTransposed, transposed } from './exact';
import { get, through } from './throughModule';

/** Gradients of each trained parameter, larger in some layers. */
function gradientsOf(adapter: Adapter, seed: number, sizes: readonly number[]): Map<string, Float32Array> {
  const found = new Map<string, Float32Array>();
  for (const layer of adapter.layers) {
    for (const { name, trained, values } of adapter.parametersOf(layer)) {
      if (!trained) continue;
      found.set(
        name,
        numbers(values.length, seed + found.size).map((value) => value * sizes[layer]!),
      );
    }
  }
  return found;
}

/** A step as a trial takes it: the optimizer's, here plain descent, and what the adapter makes of it. */
function take(
  adapter: DynamicLora,
  step: number,
  gradients: ReadonlyMap<string, Float32Array>,
  steps = 100,
): Reallocation | undefined {
  for (const { name, values } of adapter.parameters) {
    gradients.get(name)?.forEach((slope, i) => (values[i]! -= 0.01 * slope));
  }
  const { noted } = through({ adapter, ...given, training: true });
  return adapter.afterStep({ step, steps, gradients, noted });
}

/** B A of a module, [out][in]. */
const productOf = (adapter: Adapter, path: string): number[][] => {
  const a = rowsOf(get(adapter, `${path}.lora_A`), width);
  return timesTransposed(rowsOf(get(adapter, `${path}.lora_B`), a.length), transposed(a));
};

describe('dynamic LoRA', () => {
  before(() => openDevice('native', 1));

  it('switched off is LoRA to the last bit, dropout and gradients too', () => {
    for (const over of [{}, { dropout: 0.3 }, { rankStabilized: true }]) {
      const dynamic = disturb(make(over));
      const lora = disturb(new Lora(adapted, { ...off, ...over }, 5));
      const dy = numbers(60, 3);
      for (let step = 1; step <= 25; step++) {
        const ours = through({ adapter: dynamic, ...given, training: true, seed: step }, dy);
        const theirs = through({ adapter: lora, ...given, training: true, seed: step }, dy);
        assert.deepEqual(ours, theirs);
        assert.equal(dynamic.afterStep({ step, steps: 25, ...ours }), undefined);
      }
      assert.deepEqual(through({ adapter: dynamic, ...given }), through({ adapter: lora, ...given }));
      assert.deepEqual(dynamic.parameters, lora.parameters);
    }
    assert.deepEqual(make().parameters, new Lora(adapted, off, 5).parameters, 'at the start');
  });

  it('keeps mean weight 1, the sum of the ranks and all bounds at every reallocation', () => {
    const adapter = disturb(make({ layerWeights: true, reallocate: true }));
    const moves: number[] = [];
    const seen = new Set<number>();
    for (let step = 1; step <= 100; step++) {
      // Now one layer has nearly all of it, now another, now none differs much.
      const sizes = layers.map((layer) => (step % 40 < 30 && layer === Math.floor(step / 40) ? 20 : 1));
      const moved = take(adapter, step, gradientsOf(adapter, 7 * step, sizes));
      if (moved === undefined) continue;
      moves.push(step);
      const weights = Object.values(moved.weights!);
      const ranks = layers.map((at) => moved.ranks[modules.find(({ layer }) => layer === at)!.path]!);
      assert.deepEqual(moved.ranks, adapter.ranks());
      close([sum(weights) / 4], [1], 1e-9, 'mean weight');
      assert.ok(
        weights.every((weight) => weight >= 0.25 && weight <= 4),
        weights.join(', '),
      );
      assert.equal(sum(ranks), 4 * rank);
      assert.ok(
        ranks.every((of) => of >= 1 && of <= 2 * rank),
        ranks.join(', '),
      );
      ranks.forEach((of) => seen.add(of));
      for (const { path, layer } of modules) {
        const { shape: ofA } = adapter.parameters.find(({ name }) => name === `${path}.lora_A`)!;
        const { shape: ofB } = adapter.parameters.find(({ name }) => name === `${path}.lora_B`)!;
        assert.deepEqual([ofA[0], ofB[1], adapter.ranks()[path]], Array(3).fill(ranks[layer]));
      }
      assert.deepEqual(adapter.layerWeights, moved.weights);
    }
    // 10 % of the steps pass first.
    assert.deepEqual(
      moves,
      Array.from({ length: 18 }, (_, i) => 15 + 5 * i),
    );
    assert.ok(seen.has(1) && seen.has(2 * rank), 'both bounds were met');
  });

  it('keeps the number of parameters where a layer’s modules have other ranks, as a plan may give them', () => {
    const ranks = adapted.map((one, index) => ({ ...one, rank: [8, 2][index % 2]! }));
    const adapter = new DynamicLora(ranks, { ...off, reallocate: true, smoothing: 0 }, width, 5);
    const count = countParameters(adapter.parameters);
    const reallocate = (step: number, sizes: readonly number[]): Record<string, number> => {
      const gradients = gradientsOf(adapter, 1, sizes);
      assert.ok(adapter.afterStep({ step, steps: 100, gradients, noted: new Map() }));
      assert.equal(countParameters(adapter.parameters), count);
      return adapter.ranks();
    };
    // Twice the mean is the most; queries stand in front of values.
    for (const [layer, sizes] of [
      [3, 1, 1, 1],
      [1, 1, 1, 3],
    ].entries()) {
      const ofLayers = rowsOf(Object.values(reallocate(15 + 5 * layer, sizes)), 2);
      assert.deepEqual(ofLayers[3 * layer], [16, 4]);
      assert.deepEqual(
        [0, 1].map((kind) => sum(ofLayers.map((row) => row[kind]!))),
        [4 * 8, 4 * 2],
      );
    }
  });

  it('weighs a layer’s adapters by what it told, and saves them so that LoRA gives the same', () => {
    const adapter = disturb(make({ layerWeights: true }));
    for (let step = 1; step <= 15; step++) take(adapter, step, gradientsOf(adapter, step, [3, 1, 1, 1]));
    const weight = adapter.layerWeights[0]!;
    assert.ok(weight > 1.5, `${weight}`);
    const exported = adapter.exported();
    const lora = new Lora(
      modules.map((module) => ({ module, experts: 1, ...exported.get(module.path)! })),
      off,
      1,
    );
    lora.restore(new Map(adapter.parameters.map((one) => [one.name, one])));
    close(
      through({ adapter, ...given }).values,
      through({ adapter: lora, ...given }).values,
      1e-6,
      'outputs',
    );
    close([exported.get(query.path)!.alpha], [4 * weight], 1e-12, 'alpha');
  });

  describe('when rank moves', () => {
    /** @returns the adapter just before and just after rank moved to layer 0 */
    function moved() {
      const adapter = disturb(make({ reallocate: true, smoothing: 0 }));
      const before = modules.map((module) => ({
        module,
        product: productOf(adapter, module.path),
        values: through({ ...given, adapter, module, ...flat(module.outFeatures) }).values,
      }));
      const gradients = gradientsOf(adapter, 1, [3, 1, 1, 1]);
      const found = adapter.afterStep({ step: 15, steps: 100, gradients, noted: new Map() });
      const wanted = modules.map(({ path, layer }) => [path, layer === 0 ? 6 : 2] as const);
      assert.deepEqual(found?.ranks, Object.fromEntries(wanted));
      return { adapter, before };
    }
    const flat = (outFeatures: number) => ({ y: new Float32Array(12 * outFeatures) });

    it('a layer that gains it gives the same outputs, and its new rows can learn', () => {
      const { adapter, before } = moved();
      for (const { module, values, product } of before.filter((one) => one.module.layer === 0)) {
        const dy = numbers(12 * module.outFeatures, 4);
        const after = through({ ...given, adapter, module, ...flat(module.outFeatures) }, dy);
        close(after.values, values, 1e-6, module.path);
        assert.deepEqual(productOf(adapter, module.path), product);
        const ofB = rowsOf(after.gradients.get(`${module.path}.lora_B`)!, 6);
        assert.ok(
          ofB.every((row) => row.slice(3).every((slope) => slope !== 0)),
          'gradient of new columns',
        );
      }
    });

    it('a layer that loses it keeps the best approximation of that rank', () => {
      const { adapter, before } = moved();
      for (const { module, product } of before.filter((one) => one.module.layer > 0)) {
        const kept = productOf(adapter, module.path);
        // Eckart and Young: what is lost is the singular values that are left out, and no less can be.
        const { sigma } = jacobiSvd(transposed(product).map((column) => Float64Array.from(column)));
        const lost = Math.hypot(...product.flatMap((row, i) => row.map((value, j) => value - kept[i]![j]!)));
        close([lost], [sigma[2]!], 1e-5, module.path);
        assert.ok(sigma[2]! > 1e-2 * sigma[0]!, 'something is lost');
        const rest = jacobiSvd(transposed(kept).map((column) => Float64Array.from(column))).sigma;
        close(rest.slice(0, 2), sigma.slice(0, 2), 1e-6, 'the largest stay');
      }
    });
  });

  it('finds a layer whose gradient grows within the updates that the moving average says', () => {
    const adapter = make({ layerWeights: true, interval: 1, warmupRatio: 0 });
    /** Every entry's square is this: the importance of a layer exactly. */
    const even = (squares: readonly number[]): Map<string, Float32Array> =>
      new Map(
        [...gradientsOf(adapter, 1, [1, 1, 1, 1])].map(([name, values]) => [
          name,
          values.map(() => Math.sqrt(squares[Number(name.split('.')[2])]!)),
        ]),
      );
    for (let step = 1; step <= 20; step++) {
      const { weights } = take(adapter, step, even([1, 1, 1, 1]))!;
      close(Object.values(weights!), [1, 1, 1, 1], 1e-6, 'alike');
    }
    // Layer 2's gradient is three times what it was from here on: I → 9 − 8 · 0.9ⁿ, nearly, as 20 steps count before.
    for (let n = 1; n <= 15; n++) {
      const { weights } = take(adapter, 20 + n, even([1, 1, 9, 1]))!;
      const past = 0.9 ** n - 0.9 ** (20 + n);
      const now = 1 - 0.9 ** n;
      const importance = (past + 9 * now) / (past + now);
      const expected = [1, 1, importance, 1].map((of) => (4 * of) / (importance + 3));
      close(Object.values(weights!), expected, 1e-6, `after ${n}`);
      if (n >= 5) assert.ok(weights![2]! > 2 * weights![0]!, `after ${n}`);
    }
  });

  it('goes on from what was kept bit for bit', () => {
    const everything = { layerWeights: true, reallocate: true, inputFactor: 0.1, dropout: 0.1 };
    const gradientsAt = (adapter: DynamicLora, step: number) =>
      gradientsOf(adapter, 3 * step, step % 20 < 12 ? [4, 1, 2, 0.1] : [0.1, 5, 1, 1]);
    for (const stop of [0, 9, 17, 30]) {
      const adapter = disturb(make(everything));
      for (let step = 1; step <= stop; step++) take(adapter, step, gradientsAt(adapter, step), 60);
      const kept = new Map<string, NamedArray>(
        structuredClone([
          ...adapter.parameters.map(({ name, shape, values }) => [name, { shape, values }] as const),
          ...adapter.state(),
        ]),
      );
      const resumed = make(everything);
      resumed.restore(kept);
      let moves = 0;
      for (let step = stop + 1; step <= 60; step++) {
        const [one, other] = [adapter, resumed].map((of) => take(of, step, gradientsAt(of, step), 60));
        assert.deepEqual(other, one, `step ${step}`);
        if (one !== undefined) moves++;
      }
      assert.ok(moves > 5);
      assert.deepEqual(resumed.parameters, adapter.parameters);
      assert.deepEqual(resumed.state(), adapter.state());
      assert.deepEqual(through({ adapter: resumed, ...given }).values, through({ adapter, ...given }).values);
    }
  });
});
