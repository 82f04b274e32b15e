import assert from 'node:assert/strict';
import { adaptedBy, type AdaptedModule } from '../../../src/adapters/adapted';
import { Lora } from '../../../src/adapters/lora';
import { MoeLora, type MoeLoraOptions } from '../../../src/adapters/moeLora';
import { Placed } from '../../../src/engine/training/placed';
import { TrainingPass } from '../../../src/engine/training/trainingPass';
import { makeBatches } from '../../../src/models/batches';
import { openDevice } from '../../../src/tensors/device';
import { openFixture } from '../../reference/fixture';
import { close } from '../tensors/close';
import { numbers } from '../tensors/numbers';
import { added, dot, rowsOf, scaled, softmax, sum, timesTransposed } from './exact';
import { batchOf, get, moduleOf, through, type Through } from './throughModule';

const module = moduleOf(1, 6, 4);
const { path } = module;
const plain = { dropout: 0, rankStabilized: false };
const forms = ['hydra', 'mola'] as const;
const rank = 3;
const scaling = 5 / rank;

const row = (experts: number): AdaptedModule => ({ module, rank, alpha: 5, experts });

/** One module with numbers everywhere: B's are 0 at the start. */
function mixture(experts: number, options: Partial<MoeLoraOptions> = {}): MoeLora {
  const all = { ...plain, form: 'mola', topK: 2, balance: 0, ...options } as const;
  const adapter = new MoeLora([row(experts)], all, 7);
  adapter.parameters.forEach(({ values }, index) => values.set(numbers(values.length, index + 2)));
  return adapter;
}

/** The batch that the tests below take through: 5 real tokens and 1 of padding. */
const given = { module, batch: batchOf(3, 2), x: numbers(36, 31), y: numbers(24, 32) } as const;
const real = [0, 1, 2, 3, 4];

/** Each token's weights of the experts, by hand. */
function weightsByHand(adapter: MoeLora, topK: number, x: ArrayLike<number> = given.x): number[][] {
  const logits = timesTransposed(rowsOf(x, 6), rowsOf(get(adapter, `${path}.router`), 6));
  return logits.map((own) => {
    const chosen = new Set([...own].sort((a, b) => b - a).slice(0, topK));
    const all = softmax(own);
    const total = sum(all.filter((_, expert) => chosen.has(own[expert]!)));
    return all.map((p, expert) => (chosen.has(own[expert]!) ? p / total : 0));
  });
}

/** y + s Σ pᵢ Bᵢ Aᵢ x in float64. */
function byHand(adapter: MoeLora, experts: number, form: 'hydra' | 'mola', topK: number): number[] {
  const [a, b] = ['lora_A', 'lora_B'].map((name) => get(adapter, `${path}.${name}`)) as [
    Float32Array,
    Float32Array,
  ];
  const weights = weightsByHand(adapter, form === 'hydra' ? experts : topK);
  const x = rowsOf(given.x, 6);
  const outputs = Array.from({ length: experts }, (_, expert) => {
    const first = form === 'hydra' ? 0 : expert * rank;
    const h = timesTransposed(x, rowsOf(a, 6).slice(first, first + rank));
    const up = rowsOf(b, experts * rank).map((of) => of.slice(expert * rank, (expert + 1) * rank));
    return timesTransposed(h, up).map((of, token) => of.map((value) => value * weights[token]![expert]!));
  });
  return added(rowsOf(given.y, 4), scaled(added(...outputs), scaling)).flat();
}

describe('MoE-LoRA', () => {
  before(() => openDevice('native', 1));

  it('with one expert is LoRA, without a router', () => {
    for (const form of forms) {
      for (const training of [false, true]) {
        const options = { ...plain, dropout: 0.4 };
        const moe = new MoeLora([row(1)], { ...options, form, topK: 2, balance: 0.1 }, 7);
        const lora = new Lora([row(1)], options, 7);
        assert.deepEqual(
          moe.parameters.map(({ name, shape }) => [name, shape]),
          lora.parameters.map(({ name, shape }) => [name, shape]),
        );
        get(lora, `${path}.lora_B`).set(numbers(12, 4));
        get(moe, `${path}.lora_B`).set(numbers(12, 4));
        const dy = numbers(24, 6);
        const ours = through({ adapter: moe, ...given, training }, dy);
        const theirs = through({ adapter: lora, ...given, training }, dy);
        assert.deepEqual(ours.values, theirs.values);
        assert.deepEqual(ours.gradients, theirs.gradients);
        assert.deepEqual(moe.routerLoad(ours.noted), {});
      }
    }
  });

  it('has no parameters where a plan gives a module no expert', () => {
    const others = [moduleOf(0, 6, 4), module, moduleOf(2, 6, 4)];
    const plan = Object.fromEntries(
      others.map(({ path: name }, index) => [name, { rank, alpha: 5, experts: [0, 3, 1][index]! }]),
    );
    const adapter = new MoeLora(adaptedBy(plan, others), { ...plain, form: 'mola', topK: 2, balance: 0 }, 1);
    assert.deepEqual(adapter.layers, [1, 2]);
    assert.deepEqual(adapter.parametersOf(0), []);
    assert.deepEqual(
      adapter.parametersOf(1).map(({ shape }) => shape),
      [
        [9, 6],
        [4, 9],
        [3, 6],
      ],
    );
    const { values } = through({ adapter, ...given, module: others[0]! });
    assert.deepEqual(values, given.y, 'what has no adapter stays as it is');
  });

  it('changes nothing at the start', () => {
    for (const form of forms) {
      const adapter = new MoeLora([row(4)], { ...plain, form, topK: 2, balance: 0 }, 7);
      assert.deepEqual(through({ adapter, ...given }).values, given.y);
    }
  });

  it('as HydraLoRA weighs all B’s by the softmax of the router', () => {
    const adapter = mixture(4, { form: 'hydra' });
    assert.deepEqual(get(adapter, `${path}.lora_A`).length, rank * 6, 'one A');
    close(through({ adapter, ...given }).values, byHand(adapter, 4, 'hydra', 4), 1e-6, 'outputs');
  });

  it('as MoLA takes the top k of N pairs, their softmax renormalised', () => {
    for (const topK of [1, 2, 3]) {
      const adapter = mixture(4, { topK });
      close(through({ adapter, ...given }).values, byHand(adapter, 4, 'mola', topK), 1e-6, `top ${topK}`);
    }
  });

  it('takes all experts where there are no more than k', () => {
    const two = mixture(2, { topK: 5 });
    close(through({ adapter: two, ...given }).values, byHand(two, 2, 'mola', 2), 1e-6, 'outputs');
  });

  it('routes by the input itself: dropout is for the experts', () => {
    const adapter = mixture(4, { dropout: 0.5 });
    const [first, second] = [1, 2].map((seed) => through({ adapter, ...given, training: true, seed }));
    assert.notDeepEqual(first!.values, second!.values);
    assert.deepEqual(first!.noted, second!.noted);
  });

  describe('the experts’ loads', () => {
    it('are the mean weights of HydraLoRA, and MoLA’s shares of the choices; padding has no part in them', () => {
      for (const form of forms) {
        const adapter = mixture(4, { form });
        const weights = weightsByHand(adapter, form === 'hydra' ? 4 : 2);
        const expected = [0, 1, 2, 3].map(
          (expert) =>
            sum(
              real.map((token) => {
                const weight = weights[token]![expert]!;
                return form === 'hydra' ? weight : weight > 0 ? 1 / 2 : 0;
              }),
            ) / real.length,
        );
        const load = adapter.routerLoad(through({ adapter, ...given }).noted)[path]!;
        close(load, expected, 1e-6, form);
        close([sum(load)], [1], 1e-6, 'sum');
        const x = Float32Array.from(given.x);
        x.set([40, -40, 40, -40, 40, -40], 30);
        const padded = adapter.routerLoad(through({ adapter, ...given, x }).noted)[path]!;
        assert.deepEqual(padded, load, form);
      }
    });
  });

  describe('the load-balance loss', () => {
    const dy = numbers(24, 6);
    const share = 0.25;
    const balance = 0.3;
    const gradientsOf = (weight: number, over: Partial<Through> = {}, above: Float32Array = dy) =>
      through({ adapter: mixture(4, { balance: weight }), ...given, training: true, share, ...over }, above);

    it('changes no output', () => {
      const { values } = gradientsOf(0);
      close(gradientsOf(balance).values, values, 1e-6, 'outputs');
      assert.deepEqual(
        gradientsOf(balance, { training: false }).values,
        gradientsOf(0, { training: false }).values,
      );
    });

    it('adds the gradient of N Σ f P, as differences of float64 give it, f being what it is', () => {
      const adapter = mixture(4);
      const chosen = weightsByHand(adapter, 2);
      const f = [0, 1, 2, 3].map(
        (expert) => real.filter((token) => chosen[token]![expert]! > 0).length / (2 * real.length),
      );
      assert.ok(new Set(f).size > 1, 'even loads would have no gradient');
      const loss = (router: ArrayLike<number>, x: ArrayLike<number>): number => {
        const p = timesTransposed(rowsOf(x, 6), rowsOf(router, 6)).map(softmax);
        const means = [0, 1, 2, 3].map(
          (expert) => sum(real.map((token) => p[token]![expert]!)) / real.length,
        );
        return balance * share * 4 * dot(f, means);
      };
      const router = Float64Array.from(get(adapter, `${path}.router`));
      const x = Float64Array.from(given.x);
      const slopes = (of: Float64Array): number[] =>
        Array.from(of, (value, i) => {
          const [up, down] = [1e-5, -1e-5].map((step) => {
            of[i] = value + step;
            return loss(router, x);
          }) as [number, number];
          of[i] = value;
          return (up - down) / 2e-5;
        });
      const nothing = new Float32Array(24);
      // Where the task asks for nothing, what comes is this loss's alone.
      const own = gradientsOf(balance, {}, nothing).gradients;
      close(own.get(`${path}.router`)!, slopes(router), 1e-5, 'router');
      close(own.get('x')!, slopes(x), 1e-5, 'input');
      assert.ok(
        own
          .get('x')!
          .subarray(30)
          .every((slope) => slope === 0),
        'none for padding',
      );
      for (const name of ['lora_A', 'lora_B']) {
        assert.ok(
          own.get(`${path}.${name}`)!.every((slope) => slope === 0),
          name,
        );
      }
      const [task, both] = [gradientsOf(0).gradients, gradientsOf(balance).gradients];
      for (const [name, slope] of both) {
        const expected = Array.from(task.get(name)!, (value, i) => value + own.get(name)![i]!);
        close(slope, expected, 1e-6, `${name}, both`);
      }
    });
  });

  describe('gates', () => {
    /**
     * ⟨B, ∂ℓ/∂B⟩ and ⟨A, ∂ℓ/∂A⟩ of every module of a model, and what rounding of such a sum may be relative to. Both are the
     * derivative in one factor on the module's output, for that is linear in A and in B (Euler).
     */
    async function gates(form: 'hydra' | 'mola', change: (values: Float32Array, name: string) => void) {
      const { model, samples } = await openFixture('llama-1');
      await model.head.load();
      const modules = model.modules.map((one) => ({ module: one, rank: 2, alpha: 3, experts: 3 }));
      const adapter = new MoeLora(modules, { ...plain, form, topK: 2, balance: 0 }, 1);
      for (const { name, values } of adapter.parameters) change(values, name);
      const placed = new Placed();
      placed.refresh(adapter.parameters);
      const pass = new TrainingPass(model, adapter, placed, { recompute: false, streaming: false });
      const [batch] = makeBatches(samples, 8, 0);
      const { gradients } = await pass.gradients({ batch: batch!, scale: 1, share: 1, seed: 1 });
      placed.dispose();
      await model.dispose();
      return modules.map(({ module: { path: name } }) => {
        const products = (['lora_A', 'lora_B'] as const).map((part) => {
          const slopes = gradients.get(`${name}.${part}`)!;
          return Float64Array.from(get(adapter, `${name}.${part}`), (value, i) => value * slopes[i]!);
        });
        const [ofA, ofB] = products.map(sum) as [number, number];
        return { name, ofA, ofB, size: sum(products.flatMap((of) => Array.from(of, Math.abs))) };
      });
    }

    for (const form of forms) {
      it(`of ${form} have one derivative, read off A or B`, async () => {
        let seed = 0;
        const found = await gates(form, (values) =>
          values.set(numbers(values.length, ++seed).map((v) => v / 5)),
        );
        assert.equal(found.length, 21);
        for (const { name, ofA, ofB, size } of found) {
          assert.ok(Math.abs(ofA - ofB) <= 1e-5 * size, `${name}: ${ofA} and ${ofB} of ${size}`);
        }
        assert.ok(
          found.some(({ ofA, size }) => Math.abs(ofA) > 1e-2 * size),
          'they are not all 0',
        );
      });
    }

    it('have none where B is 0', async () => {
      const found = await gates('hydra', () => undefined);
      for (const { ofA, ofB } of found) assert.deepEqual([Math.abs(ofA), Math.abs(ofB)], [0, 0]);
    });
  });
});
