import fc from 'fast-check';
import assert from 'node:assert/strict';
import { alphaKeepingScale, loraConfig } from '../../../src/peft/config';
import { exactKey, exactPattern, exactTargets } from '../../../src/peft/exactPatterns';
import { sortedJson } from '../../../src/peft/folder';
import { isTargeted, keyFor } from '../../../src/peft/patterns';
import { throwsWith } from '../files/throwsCode';

describe('names that hold for one module', () => {
  it('are anchored, with everything escaped that an expression would read otherwise', () => {
    assert.equal(exactKey('model.layers.1.q_proj'), '^model\\.layers\\.1\\.q_proj');
    assert.equal(exactKey('a+b.c'), '^a\\+b\\.c');
  });

  it('keep layers 1 and 11 apart', () => {
    const paths = Array.from({ length: 12 }, (_, layer) => `layers.${layer}.mlp.up_proj`);
    const pattern = exactPattern(new Map(paths.map((one, layer) => [one, layer + 1])), paths);
    for (const [layer, one] of paths.entries()) {
      assert.equal(pattern[keyFor(Object.keys(pattern), one) ?? ''], layer + 1);
    }
  });

  it('are refused where they would hold for no module, or for another too', () => {
    throwsWith(() => exactPattern(new Map([['a.b', 1]]), ['a.c']), 'adapter-invalid', /no module/);
    const nested = ['layers.0.fc', 'encoder.layers.0.fc'];
    throwsWith(
      () => exactTargets(['layers.0.fc'], nested, null),
      'adapter-invalid',
      /layers\.0\.fc and encoder/,
    );
    throwsWith(
      () => exactTargets(['a.classifier'], ['a.classifier'], ['classifier']),
      'adapter-invalid',
      /no module/,
    );
    throwsWith(() => exactTargets(['a.b'], ['a.b', 'a.b'], null), 'adapter-invalid', /a\.b and a\.b/);
  });

  it('give every module its rank and alpha back after the file was sorted, for any model', () => {
    const segment = fc.stringMatching(/^[a-z_+$]{1,4}[0-9]?$/);
    const tail = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
    const row = fc.record({ rank: fc.nat(9), alpha: fc.double({ min: 0.1, max: 64, noNaN: true }) });
    const model = fc.record({
      root: fc.constantFrom('', 'model.', 'model.decoder.', 'h.h.'),
      tails: fc.uniqueArray(tail, { minLength: 1, maxLength: 4 }),
      layers: fc.integer({ min: 1, max: 13 }),
    });
    fc.assert(
      fc.property(model, fc.array(row, { minLength: 52, maxLength: 52 }), ({ root, tails, layers }, rows) => {
        const paths = Array.from({ length: layers }, (_, layer) =>
          tails.map((end) => `${root}layers.${layer}.${end}`),
        ).flat();
        const modules = new Map(paths.map((one, at) => [one, rows[at]!]));
        fc.pre([...modules.values()].some(({ rank }) => rank > 0));
        const written = loraConfig(
          modules,
          { rankStabilized: false, dropout: 0 },
          {
            paths,
            taskType: null,
            baseModel: null,
            modulesToSave: null,
            fanInFanOut: false,
          },
        );
        const read = JSON.parse(sortedJson(written)) as {
          target_modules: string[];
          r: number;
          lora_alpha: number;
          rank_pattern: Record<string, number>;
          alpha_pattern: Record<string, number>;
        };
        const own = (pattern: Record<string, number>, one: string) =>
          pattern[keyFor(Object.keys(pattern), one) ?? ''];
        for (const [one, { rank, alpha }] of modules) {
          assert.equal(isTargeted(one, read), rank > 0);
          if (rank === 0) continue;
          assert.equal(own(read.rank_pattern, one) ?? read.r, rank);
          assert.equal(own(read.alpha_pattern, one) ?? read.lora_alpha, alpha);
        }
        assert.ok(!Object.values(read.rank_pattern).includes(0));
      }),
    );
  });
});

describe('the alpha of a module of another rank', () => {
  it('keeps alpha / rank, or alpha / √rank with rsLoRA (trap 6)', () => {
    const usual = { rank: 8, alpha: 16 };
    for (const rank of [1, 2, 3, 5, 8, 13]) {
      assert.ok(Math.abs(alphaKeepingScale(rank, usual, false) / rank - 2) < 1e-12);
      assert.ok(Math.abs(alphaKeepingScale(rank, usual, true) / Math.sqrt(rank) - 16 / Math.sqrt(8)) < 1e-12);
    }
  });
});
