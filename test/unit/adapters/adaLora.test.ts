import assert from 'node:assert/strict';
import { AdaLora, type AdaLoraOptions } from '../../../src/adapters/adaLora';
import { budgetAt } from '../../../src/adapters/allocation/adaLoraBudget';
import type { NamedArray } from '../../../src/shared/namedArray';
import { AdamW } from '../../../src/engine/training/adamW';
import { openDevice } from '../../../src/tensors/device';
import { close } from '../tensors/close';
import { numbers } from '../tensors/numbers';
import { added, rowsOf, scaled, sum, timesTransposed } from './exact';
import { batchOf, get, moduleOf, through } from './throughModule';

const modules = [0, 1, 2].map((layer) => moduleOf(layer, 6, 5));
const rank = 4;
const options: AdaLoraOptions = {
  ...{ targetRank: 2, warmup: 4, final: 10, interval: 3 },
  ...{ beta1: 0.85, beta2: 0.85, orthogonality: 0.5, dropout: 0 },
};
const make = (over: Partial<AdaLoraOptions> = {}): AdaLora =>
  new AdaLora(
    modules.map((module) => ({ module, rank, alpha: 6, experts: 1 })),
    { ...options, ...over },
    3,
  );
const batch = batchOf(4, 3);

/**
 * Regression on outputs that a matrix of rank 3 makes in the first module, of rank 2 and 1 in the others: the first needs
 * more than the mean. Real gradients, an optimizer, and what AdaLoRA does behind each of its steps.
 */
class Toy {
  readonly steps = 40;
  step = 0;
  private readonly optimizer: AdamW;

  constructor(readonly adapter: AdaLora) {
    this.optimizer = new AdamW(adapter.parameters);
  }

  take() {
    const gradients = new Map<string, Float32Array>();
    let loss = 0;
    for (const module of modules) {
      const x = numbers(8 * 6, 50 + module.layer);
      const wanted = this.wanted(module.layer, x);
      const { values } = through({ adapter: this.adapter, module, batch, x });
      const off = values.map((value, i) => value - wanted[i]!);
      loss += sum(off.map((value) => (value * value) / 2));
      const found = through({ adapter: this.adapter, module, batch, x, training: true }, off);
      for (const { name } of this.adapter.parametersOf(module.layer)) {
        gradients.set(name, found.gradients.get(name)!);
      }
    }
    this.adapter.regularize(gradients);
    this.optimizer.step(gradients, 0.05, 0);
    this.step++;
    const { step, steps } = this;
    return { loss, moved: this.adapter.afterStep({ step, steps, gradients, noted: new Map() }) };
  }

  /** What a checkpoint holds of adapter and optimizer. */
  kept(): Map<string, NamedArray> {
    const copy = ({ shape, values }: NamedArray): NamedArray => ({ shape, values: values.slice() });
    return new Map([
      ...this.adapter.parameters.map((one) => [one.name, copy(one)] as const),
      ...[...this.adapter.state()].map(([name, array]) => [name, copy(array)] as const),
      ...[...this.optimizer.state()].map(
        ([name, values]) => [name, { shape: [values.length], values }] as const,
      ),
    ]);
  }

  static restored(kept: ReadonlyMap<string, NamedArray>, step: number): Toy {
    const adapter = make();
    adapter.restore(kept);
    const toy = new Toy(adapter);
    toy.optimizer.restore(new Map([...kept].map(([name, { values }]) => [name, values])));
    toy.step = step;
    return toy;
  }

  private wanted(layer: number, x: Float32Array): number[] {
    const ofRank = 3 - layer;
    const down = rowsOf(numbers(ofRank * 6, 60 + layer), 6);
    const up = rowsOf(numbers(5 * ofRank, 70 + layer), ofRank);
    return timesTransposed(timesTransposed(rowsOf(x, 6), down), up).flat();
  }
}

const energies = (adapter: AdaLora): Float32Array[] =>
  modules.map(({ path }) => get(adapter, `${path}.lora_E`).slice());

describe('AdaLoRA', () => {
  before(() => openDevice('native', 1));

  it('is W x + B (A ∘ E) x · alpha / (r + 1e-5)', () => {
    // Dropout is for training.
    const adapter = make({ dropout: 0.5 });
    const [module] = modules as [(typeof modules)[0]];
    adapter.parameters.forEach(({ values }, index) => values.set(numbers(values.length, index + 1)));
    const [x, y] = [numbers(48, 8), numbers(40, 9)];
    const e = get(adapter, `${module.path}.lora_E`);
    const a = rowsOf(get(adapter, `${module.path}.lora_A`), 6).map((row, k) =>
      row.map((value) => value * e[k]!),
    );
    const b = rowsOf(get(adapter, `${module.path}.lora_B`), rank);
    const delta = timesTransposed(timesTransposed(rowsOf(x, 6), a), b);
    const expected = added(rowsOf(y, 5), scaled(delta, 6 / (rank + 1e-5))).flat();
    close(through({ adapter, module, batch, x, y }).values, expected, 1e-6, 'outputs');
  });

  it('changes nothing at the start, where E alone is 0', () => {
    const adapter = make();
    for (const module of modules) {
      const y = numbers(40, 2);
      assert.deepEqual(through({ adapter, module, batch, x: numbers(48, 1), y }).values, y);
    }
    for (const { name, values } of adapter.parameters) {
      assert.equal(
        values.every((value) => value === 0),
        name.endsWith('lora_E'),
        name,
      );
    }
    // PEFT's normal of deviation 0.02.
    const all = adapter.parameters.flatMap(({ name, values }) => (name.endsWith('E') ? [] : [...values]));
    const deviation = Math.sqrt(sum(all.map((value) => value * value)) / all.length);
    assert.ok(Math.abs(deviation / 0.02 - 1) < 0.2, `${deviation}`);
  });

  it('lowers its ranks by the schedule, to the budget exactly, and learns', () => {
    const toy = new Toy(make());
    const schedule = { initial: 12, target: 6, steps: 40, warmup: 4, final: 10, interval: 3 };
    const moves: [step: number, ranks: number][] = [];
    let [first, last] = [NaN, NaN];
    while (toy.step < toy.steps) {
      const { loss, moved } = toy.take();
      if (toy.step === 1) first = loss;
      last = loss;
      if (moved === undefined) continue;
      assert.deepEqual(moved.ranks, toy.adapter.ranks());
      moves.push([toy.step, sum(Object.values(moved.ranks))]);
    }
    const prunings = [6, 9, 12, 15, 18, 21, 24, 27, 30];
    assert.deepEqual(
      moves,
      prunings.map((step) => [step, budgetAt(step, schedule)]),
    );
    const ranks = Object.values(toy.adapter.ranks());
    assert.equal(sum(ranks), 2 * modules.length);
    assert.ok(ranks[0]! > ranks[2]!, `most where most is needed: ${ranks.join(', ')}`);
    assert.ok(last < first / 20, `${first} to ${last}`);
  });

  it('keeps what was pruned last at 0, and lets the rest learn', () => {
    const toy = new Toy(make());
    while (toy.step < 30) toy.take();
    const settled = toy.adapter.ranks();
    const before = energies(toy.adapter);
    while (toy.step < toy.steps) {
      toy.take();
      energies(toy.adapter).forEach((values, at) =>
        values.forEach((value, k) => {
          const pruned = before[at]![k] === 0;
          assert.equal(value === 0, pruned, `E ${k} of module ${at} at step ${toy.step}`);
        }),
      );
    }
    assert.notDeepEqual(energies(toy.adapter), before);
    assert.deepEqual(toy.adapter.ranks(), settled);
    for (const [at, { path }] of modules.entries()) {
      assert.equal(before[at]!.filter((value) => value !== 0).length, settled[path]);
    }
  });

  it('prunes last by the scores of the step before, as PEFT does, and scores no more from there on', () => {
    const toy = new Toy(make());
    while (toy.step < 29) toy.take();
    const scores = () => [...toy.adapter.state()].filter(([name]) => !name.endsWith('.kept'));
    const before = structuredClone(scores());
    while (toy.step < 32) toy.take();
    assert.deepEqual(scores(), before);
  });

  it('lets what was pruned earlier come back', () => {
    const toy = new Toy(make());
    while (toy.step < 6) toy.take();
    const pruned = energies(toy.adapter).flatMap((values) => [...values]);
    const zeros = [...pruned.keys()].filter((k) => pruned[k] === 0);
    assert.ok(zeros.length > 0);
    toy.take();
    const after = energies(toy.adapter).flatMap((values) => [...values]);
    assert.ok(zeros.every((k) => after[k] !== 0));
  });

  it('adds the gradient of its penalty to the task’s, and tells the penalty', () => {
    const adapter = make();
    adapter.parameters.forEach(({ values }, index) => values.set(numbers(values.length, index + 1)));
    const empty = (): Map<string, Float32Array> =>
      new Map(
        adapter.parameters.map(({ name, values }) => [name, new Float32Array(values.length).fill(0.25)]),
      );
    const gradients = empty();
    const penalty = adapter.regularize(gradients);
    assert.ok(penalty > 0);
    for (const { name, values } of adapter.parameters) {
      const slopes = Array.from(values, (value, i) => {
        const [up, down] = [2 ** -10, -(2 ** -10)].map((step) => {
          values[i] = value + step;
          return adapter.regularize(empty());
        }) as [number, number];
        const width = 2 ** -9;
        values[i] = value;
        return (up - down) / width;
      });
      const added = Array.from(gradients.get(name)!, (slope) => slope - 0.25);
      if (name.endsWith('lora_E')) assert.deepEqual(new Set(added), new Set([0]), name);
      else close(added, slopes, 1e-3, name);
    }
    assert.equal(make({ orthogonality: 0 }).regularize(empty()), 0);
  });

  it('goes on from what was kept bit for bit, before the first pruning, between prunings and behind the last', () => {
    for (const stop of [2, 13, 30, 33]) {
      const toy = new Toy(make());
      while (toy.step < stop) toy.take();
      const resumed = Toy.restored(toy.kept(), stop);
      assert.deepEqual(resumed.adapter.ranks(), toy.adapter.ranks());
      while (toy.step < toy.steps) assert.deepEqual(resumed.take(), toy.take(), `step ${toy.step}`);
      assert.deepEqual(resumed.kept(), toy.kept());
    }
  });

  it('says what was kept lacks', () => {
    const kept = new Toy(make()).kept();
    kept.delete(`${modules[1]!.path}.lora_E`);
    assert.throws(() => make().restore(kept), /has no model\.layers\.1\.self_attn\.q_proj\.lora_E/);
  });
});
