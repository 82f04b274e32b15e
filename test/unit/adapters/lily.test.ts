import assert from 'node:assert/strict';
import type { AdaptedModule } from '../../../src/adapters/adapted';
import { Lily, type LilyOptions } from '../../../src/adapters/lily';
import { Lora } from '../../../src/adapters/lora';
import { countParameters } from '../../../src/adapters/parameter';
import type { Batch } from '../../../src/models/batches';
import type { Module } from '../../../src/shared/words';
import { openDevice } from '../../../src/tensors/device';
import { close } from '../tensors/close';
import { numbers } from '../tensors/numbers';
import { rowsOf, scaled, timesTransposed, transposed } from './exact';
import { batchOf, get, moduleOf, set, through } from './throughModule';

const published: LilyOptions = {
  ...{ strideA: 1, numB: 2, scaling: 1 },
  router: 'mean-of-softmax',
  perSample: true,
};
const routers = ['mean-of-softmax', 'softmax-of-sum'] as const;

const adapted = (modules: readonly Module[], rank: number): AdaptedModule[] =>
  modules.map((module) => ({ module, rank, alpha: rank, experts: 1 }));

/** Modules of the same kinds in every layer: name, inputs, outputs. */
const layersOf = (
  layers: number,
  ...kinds: readonly (readonly [name: string, inFeatures: number, outFeatures: number])[]
): Module[] =>
  Array.from({ length: layers }, (_, layer) =>
    kinds.map(([name, inputs, outputs]) => moduleOf(layer, inputs, outputs, name)),
  ).flat();

/** Lily on one query of each layer, with numbers everywhere: B's are 0 at the start. */
function disturbed(layers: number, rank: number, options: LilyOptions): [Lily, Module[]] {
  const modules = layersOf(layers, ['self_attn.q_proj', 5, 4]);
  const lily = new Lily(adapted(modules, rank), options, 1);
  lily.parameters.forEach(({ values }, index) => values.set(numbers(values.length, index + 3)));
  return [lily, modules];
}

describe('Lily', () => {
  before(() => openDevice('native', 1));

  it('changes nothing at the start, whatever comes in', () => {
    for (const router of routers) {
      for (const perSample of [true, false]) {
        const [module] = layersOf(1, ['self_attn.q_proj', 5, 4]) as [Module];
        const lily = new Lily(adapted([module], 3), { ...published, router, perSample }, 1);
        const y = numbers(6 * 4, 2);
        const x = numbers(6 * 5, 1).map((value) => 50 * value);
        assert.deepEqual(through({ adapter: lily, module, batch: batchOf(3, 2), x, y }).values, y);
      }
    }
  });

  it('has the published numbers of parameters, each shared tensor counted once', () => {
    const count = (modules: readonly Module[], rank: number, options: Partial<LilyOptions>): number =>
      countParameters(new Lily(adapted(modules, rank), { ...published, ...options }, 1).parameters);
    const llama8B = layersOf(
      32,
      ['self_attn.q_proj', 4096, 4096],
      ['self_attn.k_proj', 4096, 1024],
      ['self_attn.v_proj', 4096, 1024],
    );
    // 4 A's and 4 B's of each kind.
    assert.equal(count(llama8B, 16, { strideA: 8, numB: 4 }), 1_185_792);
    const queries = layersOf(28, ['self_attn.q_proj', 3072, 3072], ['self_attn.v_proj', 3072, 1024]);
    assert.equal(count(queries, 896, { strideA: 14, numB: 2 }), 18_450_432);
    const mlp = layersOf(
      28,
      ['mlp.gate_proj', 3072, 8192],
      ['mlp.up_proj', 3072, 8192],
      ['mlp.down_proj', 8192, 3072],
    );
    assert.equal(count(mlp, 140, { strideA: 14, numB: 2 }), 9_485_280);
  });

  it('rounds the number of groups up where layers do not divide: the last one is short', () => {
    const [lily] = disturbed(5, 2, { ...published, strideA: 2 });
    const names = lily.parameters.map(({ name }) => name).filter((name) => name.startsWith('lily_A'));
    assert.deepEqual(
      names,
      [0, 1, 2].map((group) => `lily_A.self_attn.q_proj.${group}`),
    );
  });

  it('shares an A in its group of layers, a B in all layers, and no router', () => {
    const [lily, modules] = disturbed(4, 2, { ...published, strideA: 2 });
    const outputs = (): Float32Array[] =>
      modules.map(
        (module) => through({ adapter: lily, module, batch: batchOf(3), x: numbers(15, 9) }).values,
      );
    const changedBy = (name: string): boolean[] => {
      const before = outputs();
      get(lily, name)[0]! += 0.5;
      return outputs().map((values, layer) => values.some((value, i) => value !== before[layer]![i]));
    };
    assert.deepEqual(changedBy('lily_A.self_attn.q_proj.0'), [true, true, false, false]);
    assert.deepEqual(changedBy('lily_A.self_attn.q_proj.1'), [false, false, true, true]);
    assert.deepEqual(changedBy('lily_B.self_attn.q_proj'), [true, true, true, true]);
    assert.deepEqual(changedBy(`${modules[2]!.path}.lily_router`), [false, false, true, false]);
    assert.equal(lily.parametersOf(0)[0], lily.parametersOf(1)[0], 'one tensor, not two alike');
  });

  it('has an A and B of its own for every kind of module', () => {
    const modules = layersOf(2, ['self_attn.q_proj', 5, 4], ['mlp.down_proj', 7, 5]);
    const lily = new Lily(adapted(modules, 2), { ...published, strideA: 2 }, 1);
    assert.deepEqual(
      lily.parametersOf(1).map(({ name, shape }) => [name, ...shape]),
      [
        ['lily_A.self_attn.q_proj.0', 2, 5],
        ['lily_B.self_attn.q_proj', 4, 4],
        ['lily_A.mlp.down_proj.0', 2, 7],
        ['lily_B.mlp.down_proj', 4, 5],
        ['model.layers.1.self_attn.q_proj.lily_router', 2, 2],
        ['model.layers.1.mlp.down_proj.lily_router', 2, 2],
      ],
    );
    const ranks = modules.map((module) => ({ module, rank: 2 + module.layer, alpha: 2, experts: 1 }));
    assert.throws(() => new Lily(ranks, published, 1), /must have one rank/);
  });

  it('with one B is LoRA whose B all layers share', () => {
    for (const router of routers) {
      const [lily, modules] = disturbed(3, 2, { ...published, router, numB: 1, scaling: 0.7 });
      const lora = new Lora(
        modules.map((module) => ({ module, rank: 2, alpha: 1.4, experts: 1 })),
        { dropout: 0, rankStabilized: false },
        1,
      );
      for (const module of modules) {
        set(lora, `${module.path}.lora_A`, get(lily, `lily_A.self_attn.q_proj.${module.layer}`));
        // [r, out] here, [out, r] there.
        const b = transposed(rowsOf(get(lily, 'lily_B.self_attn.q_proj'), 4));
        set(lora, `${module.path}.lora_B`, b.flat());
        const given = { module, batch: batchOf(3, 1), x: numbers(30, 4), y: numbers(24, 5) };
        const { values } = through({ adapter: lily, ...given });
        close(values, through({ adapter: lora, ...given }).values, 1e-6, module.path);
      }
    }
  });

  it('with a router that knows no difference takes the mean of the B’s', () => {
    const [lily, [module]] = disturbed(1, 2, { ...published, numB: 3, scaling: 0.7 }) as [Lily, [Module]];
    get(lily, `${module.path}.lily_router`).fill(0);
    const x = numbers(10, 8);
    const h = timesTransposed(rowsOf(x, 5), rowsOf(get(lily, 'lily_A.self_attn.q_proj.0'), 5));
    const pool = rowsOf(get(lily, 'lily_B.self_attn.q_proj'), 4);
    const mean = [0, 1].map((k) =>
      [0, 1, 2, 3].map((j) => (pool[k]![j]! + pool[2 + k]![j]! + pool[4 + k]![j]!) / 3),
    );
    const expected = scaled(timesTransposed(h, transposed(mean)), 0.7).flat();
    close(through({ adapter: lily, module, batch: batchOf(2), x }).values, expected, 1e-6, 'mean');
  });

  describe('with A = R = I, B¹ = diag(1, 0) and B² = diag(0, 1)', () => {
    const module = moduleOf(0, 2, 2);
    const outcome = (router: LilyOptions['router'], batch: Batch, x: readonly number[]) => {
      const lily = new Lily(adapted([module], 2), { ...published, router }, 1);
      set(lily, 'lily_A.self_attn.q_proj.0', [1, 0, 0, 1]);
      set(lily, `${module.path}.lily_router`, [1, 0, 0, 1]);
      set(lily, 'lily_B.self_attn.q_proj', [1, 0, 0, 0, 0, 0, 0, 1]);
      const { values, noted } = through({ adapter: lily, module, batch, x });
      return { values, p: lily.routerLoad(noted)[module.path]! };
    };
    /** The digits that were computed by hand. */
    const six = 1e-6;

    it('one token', () => {
      for (const router of routers) {
        const { values, p } = outcome(router, batchOf(1), [1, 2]);
        close(p, [0.268941, 0.731059], six, 'p');
        close(values, [0.268941, 1.462117], six, 'Δ');
      }
    });

    it('two tokens, mean of softmax as in the code', () => {
      const { values, p } = outcome('mean-of-softmax', batchOf(2), [1, 2, 3, 0]);
      close(p, [0.610758, 0.389242], six, 'p');
      close(values, [0.610758, 0.778484, 1.832273, 0], six, 'Δ');
    });

    it('two tokens, softmax of the sum as in the paper', () => {
      const { values, p } = outcome('softmax-of-sum', batchOf(2), [1, 2, 3, 0]);
      close(p, [0.880797, 0.119203], six, 'p');
      close(values, [0.880797, 0.238406, 2.642391, 0], six, 'Δ');
    });

    it('does not see padding', () => {
      for (const router of routers) {
        const alone = outcome(router, batchOf(2), [1, 2, 3, 0]);
        // The second sample is as long as the batch; behind the first stands what must not count.
        const padded = outcome(router, batchOf(2, 3), [1, 2, 3, 0, 70, -90, 1, 2, 3, 0, 0, 1]);
        close(padded.values.subarray(0, 4), alone.values, six, 'Δ of real tokens');
      }
    });
  });

  describe('a sample with other batch mates', () => {
    const own = [1, 2, 3, 0, -1, 0.5, 2, 1, 0.2, 0.4];
    const given = (perSample: boolean, router: LilyOptions['router'], mates: readonly number[]) => {
      const [lily, [module]] = disturbed(1, 2, { ...published, router, perSample }) as [Lily, [Module]];
      const batch = mates.length === 0 ? batchOf(2) : batchOf(2, 2);
      const { values } = through({ adapter: lily, module, batch, x: [...own, ...mates] });
      return values.subarray(0, 8);
    };
    const [mates, others] = [numbers(10, 21), numbers(10, 22)].map((values) => [...values]) as [
      number[],
      number[],
    ];

    for (const router of routers) {
      it(`gives the same by sample, something else by batch (${router})`, () => {
        const alone = given(true, router, []);
        close(given(true, router, mates), alone, 1e-6, 'with mates');
        close(given(true, router, others), alone, 1e-6, 'with others');
        const [one, other] = [given(false, router, mates), given(false, router, others)];
        const most = Math.max(...one.map((value, i) => Math.abs(value - other[i]!)));
        assert.ok(most > 1e-2, `by batch they differ by ${most}`);
        close(given(false, router, []), alone, 1e-6, 'one sample is a batch');
      });
    }
  });
});
