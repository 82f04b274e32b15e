import assert from 'node:assert/strict';
import { AdamW, type Optimized } from '../../../../src/engine/training/adamW';
import { clipByGlobalNorm } from '../../../../src/engine/training/clip';
import { close } from '../../tensors/close';
import { reference } from './reference';

const torch = reference.adamw;
type Arrays = Readonly<Record<string, readonly number[]>>;

const float32 = (arrays: Arrays): Map<string, Float32Array> =>
  new Map(Object.entries(arrays).map(([name, values]) => [name, Float32Array.from(values)]));
const startOf = (): Optimized[] => Array.from(float32(torch.start), ([name, values]) => ({ name, values }));
/** The fixture's steps; JSON's type has a key that is absent in some of them. */
const steps = torch.steps as unknown as readonly {
  gradients: Arrays;
  norm: number;
  clipped: Arrays;
  after: Arrays;
}[];
const rate = (name: string): number => (torch.rates as Readonly<Record<string, number>>)[name] ?? NaN;
const advance = (optimizer: AdamW, step: number): void =>
  optimizer.step(float32(steps[step]!.clipped), rate, torch.weightDecay);

describe('AdamW', () => {
  it('clips and updates as torch does, a rate for each parameter, one without a gradient left alone', () => {
    const parameters = startOf();
    const optimizer = new AdamW(parameters, torch.settings);
    for (const [index, { gradients, norm, clipped, after }] of steps.entries()) {
      const own = float32(gradients);
      assert.ok(Math.abs(clipByGlobalNorm(own, torch.maxNorm) / norm - 1) < 1e-6);
      for (const [name, values] of own) close(values, clipped[name]!, 1e-6, `clipped ${name}`);
      optimizer.step(own, rate, torch.weightDecay);
      for (const { name, values } of parameters)
        close(values, after[name]!, 1e-6, `${name} in step ${index}`);
    }
    const state = optimizer.state();
    for (const [name, { m, v, step }] of Object.entries(torch.moments)) {
      close(state.get(`${name}.m`)!, m, 1e-6, `${name}.m`);
      close(state.get(`${name}.v`)!, v, 1e-6, `${name}.v`);
      assert.deepEqual(state.get(`${name}.step`), Float32Array.of(step));
    }
    assert.equal(optimizer.steps, steps.length);
  });

  it('goes on from its state to the last bit', () => {
    const straight = startOf();
    const one = new AdamW(straight, torch.settings);
    for (const step of steps.keys()) advance(one, step);

    const resumed = startOf();
    const first = new AdamW(resumed, torch.settings);
    for (const step of [0, 1, 2]) advance(first, step);
    const state = first.state();
    // What goes on elsewhere must not reach into a state that was taken.
    first.step(float32({ a: [1, 1, 1, 1, 1] }), 0, 0);
    const second = new AdamW(resumed, torch.settings);
    second.restore(state);
    assert.equal(second.steps, 3);
    for (const step of [3, 4, 5]) advance(second, step);

    assert.deepEqual(resumed, straight);
    assert.deepEqual(second.state(), one.state());
  });

  it('decays by rate times decay where the gradient is 0', () => {
    const values = Float32Array.of(2, -4);
    new AdamW([{ name: 'a', values }]).step(float32({ a: [0, 0] }), 0.5, 0.5);
    assert.deepEqual(values, Float32Array.of(1.5, -3));
  });

  it('begins anew with a parameter that it forgot: the first step is the rate, whatever the gradient', () => {
    const values = new Float32Array(2);
    const optimizer = new AdamW([{ name: 'a', values }]);
    for (let step = 0; step < 5; step++) optimizer.step(float32({ a: [1000, -1000] }), 0.1, 0);
    optimizer.forget('a');
    assert.equal(optimizer.steps, 0);
    values.fill(0);
    optimizer.step(float32({ a: [0.01, -50] }), 0.1, 0);
    close(values, [-0.1, 0.1], 1e-5, 'after forgetting');
  });

  it('goes on with other numbers of another length', () => {
    const optimizer = new AdamW(startOf(), torch.settings);
    for (const step of [0, 1]) advance(optimizer, step);
    const [m, v] = [torch.moments.c.m, torch.moments.c.v].map((values) => Float32Array.from([...values, 0]));
    const wider = Float32Array.of(1, 2, 3);
    optimizer.replace('c', wider, m!, v!);
    const state = optimizer.state();
    assert.deepEqual(state.get('c.m'), m);
    assert.deepEqual(state.get('c.step'), Float32Array.of(2));
    optimizer.step(float32({ c: [0, 0, 5] }), 0.1, 0);
    // The new entry: m = 0.5, v = 0.25, both corrected for three steps.
    const expected = 3 - ((0.1 / (1 - 0.9 ** 3)) * 0.5) / (Math.sqrt(0.25) / Math.sqrt(1 - 0.99 ** 3) + 1e-6);
    assert.ok(Math.abs(wider[2]! - expected) < 1e-6, `${wider[2]}`);
  });

  it('refuses what does not belong to its parameters', () => {
    const optimizer = new AdamW(startOf());
    assert.throws(() => optimizer.step(float32({ d: [1] }), 1, 0), /no parameter d/);
    assert.throws(() => optimizer.step(float32({ c: [1] }), 1, 0), /c has 1 numbers instead of 2/);
    assert.throws(() => optimizer.restore(new Map()), /no a\.m/);
    assert.throws(() => new AdamW([...startOf(), ...startOf()]), /Two parameters/);
  });
});
