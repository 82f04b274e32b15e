import assert from 'node:assert/strict';
import type { DynamicLora } from '../../../src/adapters/dynamicLora';
import { Lora } from '../../../src/adapters/lora';
import { openDevice } from '../../../src/tensors/device';
import { close } from '../tensors/close';
import { numbers } from '../tensors/numbers';
import { adapted, batch, disturb, given, make, off, query, width } from './dynamicAdapters';
import { rowsOf, sum } from './exact';
import { get, through } from './throughModule';

describe('dynamic LoRA’s factor of the input', () => {
  before(() => openDevice('native', 1));

  const kappa = 0.1;
  /** φ of each sample of the batch: what the adapter gives over what LoRA gives. */
  function factors(adapter: DynamicLora, x: ArrayLike<number>, training = false): number[] {
    const lora = new Lora(adapted, off, 5);
    lora.restore(new Map(adapter.parameters.map((one) => [one.name, one])));
    const plain = { module: query, batch, x, training } as const;
    const [ours, theirs] = [adapter, lora].map((one) => through({ adapter: one, ...plain }).values) as [
      Float32Array,
      Float32Array,
    ];
    return [0, 1, 2].map((sample) => {
      const own = (of: Float32Array) => of.subarray(sample * 20, sample * 20 + 10);
      const factor = sum(own(ours).map((v, i) => v * own(theirs)[i]!)) / sum(own(theirs).map((v) => v * v));
      close(
        own(ours),
        own(theirs).map((value) => factor * value),
        1e-5,
        'one factor a sample',
      );
      return factor;
    });
  }
  const learn = (adapter: DynamicLora, step: number, x: ArrayLike<number>): void => {
    const { noted } = through({ adapter, ...given, x, training: true });
    adapter.afterStep({ step, steps: 100, gradients: new Map(), noted });
  };
  const inputs = (seed: number, size = 1, shift = 0): number[] =>
    Array.from(numbers(12 * width, seed), (value) => size * value + shift);

  it('is 1 before anything was seen', () => {
    close(factors(disturb(make({ inputFactor: kappa })), inputs(1)), [1, 1, 1], 1e-6, 'φ');
  });

  it('is 1 + κ tanh(z − z̄), z being the distance from the usual mean in spreads', () => {
    const adapter = disturb(make({ inputFactor: kappa, smoothing: 0.9 }));
    for (let step = 1; step <= 6; step++) learn(adapter, step, inputs(step, 1, 0.2));
    const usual = (name: string) => [...get(adapter, `input.0.${name}`)];
    const [mean, square, [distance]] = ['mean', 'square', 'distance'].map(usual) as [
      number[],
      number[],
      number[],
    ];
    const spread = Math.sqrt(sum(square.map((value, i) => Math.max(0, value - mean[i]! ** 2))));
    const x = inputs(40, 1.5, 0.4);
    const expected = [4, 2, 3].map((length, sample) => {
      const rows = rowsOf(x, width).slice(sample * 4, sample * 4 + length);
      const away = Math.hypot(...mean.map((of, i) => sum(rows.map((row) => row[i]!)) / length - of));
      return 1 + kappa * Math.tanh(away / (spread + 1e-6) - distance!);
    });
    close(factors(adapter, x), expected, 1e-5, 'φ');
    assert.ok(Math.max(...expected) - Math.min(...expected) > 1e-3);
  });

  it('measures in spreads from the first step on: the size of the hidden states has no part in it', () => {
    const [small, large] = [1, 1000].map((size) => {
      const adapter = disturb(make({ inputFactor: kappa }));
      learn(adapter, 1, inputs(1, size));
      return factors(adapter, inputs(2, size));
    });
    close(large!, small!, 1e-4, 'φ');
    const adapter = disturb(make({ inputFactor: kappa }));
    learn(adapter, 1, inputs(1, 1000));
    const usually = factors(adapter, inputs(1, 1000)).map((factor) => factor - 1);
    assert.ok(Math.abs(sum(usually)) < 1e-2 * kappa, 'the usual input itself is usual');
  });

  it('stays within 1 ± κ, however far an input is', () => {
    const adapter = disturb(make({ inputFactor: kappa }));
    for (let step = 1; step <= 5; step++) learn(adapter, step, inputs(step, 3));
    for (const [size, shift] of [
      [0, 0],
      [1e-3, 0],
      [1e3, 0],
      [1, 1e4],
      [1, -1e4],
    ] as const) {
      for (const factor of factors(adapter, inputs(9, size, shift + 1e-6))) {
        assert.ok(Math.abs(factor - 1) <= kappa + 1e-6, `${factor} of ${size}, ${shift}`);
      }
    }
    close(factors(adapter, inputs(9, 1, 1e4)), [1.1, 1.1, 1.1], 1e-6, 'far away');
  });

  it('does not see padding', () => {
    const adapter = disturb(make({ inputFactor: kappa }));
    learn(adapter, 1, inputs(1));
    const x = inputs(2);
    const padded = x.map((value, i) => (rowIsReal(Math.floor(i / width)) ? value : 1e3));
    assert.deepEqual(factors(adapter, padded), factors(adapter, x));
    const noted = [x, padded].map((of) => through({ adapter, ...given, x: of, training: true }).noted);
    assert.deepEqual(noted[1], noted[0]);
  });
  const rowIsReal = (row: number): boolean => row % 4 < batch.lengths[Math.floor(row / 4)]!;

  it('moves no statistics in evaluation, which gives the same each time', () => {
    const adapter = disturb(make({ inputFactor: kappa }));
    learn(adapter, 1, inputs(1));
    const before = structuredClone(adapter.parameters);
    const first = through({ adapter, ...given }).values;
    through({ adapter, ...given, x: inputs(3, 50) });
    assert.deepEqual(through({ adapter, ...given }).values, first);
    assert.deepEqual(adapter.parameters, before);
    learn(adapter, 2, inputs(3, 50));
    assert.notDeepEqual(adapter.parameters, before, 'a step does');
  });

  it('gives the adapter’s own gradients, φ taken as it is', () => {
    const adapter = disturb(make({ inputFactor: kappa }));
    learn(adapter, 1, inputs(1));
    const x = inputs(2);
    const own = factors(adapter, x, true);
    const dy = numbers(60, 3);
    const { gradients } = through({ adapter, ...given, x, training: true }, dy);
    const lora = new Lora(adapted, off, 5);
    lora.restore(new Map(adapter.parameters.map((one) => [one.name, one])));
    const bent = dy.map((value, i) => value * own[Math.floor(i / 20)]!);
    const plain = through({ adapter: lora, ...given, x, training: true }, bent).gradients;
    for (const name of ['x', `${query.path}.lora_A`, `${query.path}.lora_B`]) {
      const real = (values: Float32Array): Float32Array =>
        name === 'x' ? values.filter((_, i) => rowIsReal(Math.floor(i / width))) : values;
      close(real(gradients.get(name)!), real(plain.get(name)!), 1e-5, name);
    }
  });
});
