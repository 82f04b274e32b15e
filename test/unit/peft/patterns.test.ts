import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isTargeted, keyFor, requireConsistent, type Targets } from '../../../src/peft/patterns';
import { sortedJson } from '../../../src/peft/folder';
import { throwsWith } from '../files/throwsCode';

const q = (layer: number): string => `model.layers.${layer}.self_attn.q_proj`;

describe('keys of rank_pattern and alpha_pattern', () => {
  it('match the path, or its end behind a dot, from the beginning (trap 1)', () => {
    assert.equal(keyFor(['q_proj'], q(1)), 'q_proj');
    assert.equal(keyFor(['proj'], q(1)), undefined);
    assert.equal(keyFor(['self_attn'], q(1)), undefined);
    assert.equal(keyFor(['layers.1.self_attn.q_proj'], q(11)), undefined);
  });

  it('are regular expressions, with an anchor that binds to the whole path (trap 2)', () => {
    assert.equal(keyFor(['^model.layers.1.self_attn.q_proj'], q(1)), '^model.layers.1.self_attn.q_proj');
    assert.equal(keyFor(['layers.1.self_attn.q.proj'], q(1)), 'layers.1.self_attn.q.proj');
    assert.equal(keyFor(['^q_proj'], q(1)), undefined);
    assert.equal(keyFor(['^q_proj'], 'q_proj'), '^q_proj');
    assert.equal(keyFor([`base_model.model.${q(1)}`], q(1)), undefined);
  });

  it('hold by the first in the file, which sorting on saving may change (trap 3)', () => {
    const pattern = { q_proj: 4, '.*layers.1.*': 8 };
    assert.equal(keyFor(Object.keys(pattern), q(1)), 'q_proj');
    const saved = JSON.parse(sortedJson(pattern)) as object;
    assert.equal(keyFor(Object.keys(saved), q(1)), '.*layers.1.*');
  });

  it('that match nothing are passed over (trap 4)', () => {
    assert.equal(keyFor(['nothing.like.it'], q(1)), undefined);
  });

  it('are refused by name where they cannot be read', () => {
    throwsWith(() => keyFor(['q_proj('], q(1)), 'adapter-invalid', /"q_proj\("/);
  });
});

describe('target_modules', () => {
  const hits = (targets: Targets, paths: readonly string[]) =>
    paths.filter((one) => isTargeted(one, targets));
  const all = [q(0), q(1), q(11), 'model.layers.1.mlp.down_proj'];

  it('as a list takes equal paths and ends behind a dot (trap 7)', () => {
    assert.deepEqual(hits({ target_modules: ['q_proj'] }, [...all, 'q_proj', 'model.xq_proj']), [
      q(0),
      q(1),
      q(11),
      'q_proj',
    ]);
    assert.deepEqual(hits({ target_modules: ['1.self_attn.q_proj'] }, all), [q(1)]);
  });

  it('as a text is one regular expression of the whole path (trap 7)', () => {
    assert.deepEqual(hits({ target_modules: 'q_proj' }, all), []);
    assert.deepEqual(hits({ target_modules: '.*q_proj' }, all), [q(0), q(1), q(11)]);
    assert.deepEqual(hits({ target_modules: '.*\\.1\\..*' }, all), [q(1), all[3]]);
    for (const spelled of ['all-linear', 'ALL-Linear']) {
      assert.deepEqual(hits({ target_modules: spelled }, all), all);
    }
  });

  it('as a text goes with no layers, and layers_pattern not without them (traps 7 and 8)', () => {
    throwsWith(
      () => requireConsistent({ target_modules: '.*q_proj', layers_to_transform: [0] }, 'file'),
      'adapter-invalid',
      /layers_to_transform/,
    );
    throwsWith(
      () => requireConsistent({ target_modules: ['q_proj'], layers_pattern: 'layers' }, 'file'),
      'adapter-invalid',
      /layers_pattern/,
    );
    requireConsistent({ target_modules: ['q_proj'], layers_pattern: [], layers_to_transform: null }, 'file');
  });

  it('are filtered by layer where they matched by their end, not where they are full paths (trap 8)', () => {
    const layers_to_transform = [1];
    assert.deepEqual(hits({ target_modules: ['q_proj'], layers_to_transform }, all), [q(1)]);
    assert.deepEqual(hits({ target_modules: [q(0)], layers_to_transform }, all), [q(0)]);
    assert.deepEqual(hits({ target_modules: ['q_proj'], layers_to_transform: 11 }, all), [q(11)]);
    assert.deepEqual(hits({ target_modules: ['q_proj'], layers_to_transform: [] }, all), [q(0), q(1), q(11)]);
  });

  it('have their layer in the first number with two names before it, or after layers_pattern (trap 8)', () => {
    const target = { target_modules: ['c_attn', 'up_proj'], layers_to_transform: [0] };
    const paths = ['h.0.attn.c_attn', 'transformer.h.0.attn.c_attn', 'model.layers.2.experts.0.up_proj'];
    assert.deepEqual(hits(target, paths), [paths[1]]);
    assert.deepEqual(hits({ ...target, layers_pattern: 'h' }, paths), [paths[0], paths[1]]);
    assert.deepEqual(hits({ ...target, layers_pattern: ['x', 'experts'] }, paths), [paths[2]]);
  });

  it('are kept out by exclude_modules and by modules_to_save', () => {
    assert.deepEqual(
      hits({ target_modules: ['q_proj'], exclude_modules: ['1.self_attn.q_proj', q(0)] }, all),
      [q(11)],
    );
    assert.deepEqual(hits({ target_modules: ['q_proj'], exclude_modules: '.*layers.1.*' }, all), [q(0)]);
    assert.deepEqual(hits({ target_modules: 'all-linear', modules_to_save: ['mlp'] }, all), [
      q(0),
      q(1),
      q(11),
    ]);
  });
});

describe('names in an adapter’s configuration', () => {
  interface Recorded {
    readonly paths: readonly string[];
    readonly targets: readonly { readonly config: Targets; readonly hit: string }[];
    readonly keys: readonly { readonly keys: readonly string[]; readonly first: readonly number[] }[];
  }
  const recorded = JSON.parse(readFileSync(path.join(__dirname, 'data/matching.json'), 'utf8')) as Recorded;

  it('mean to us what they mean to PEFT', () => {
    for (const { config, hit } of recorded.targets) {
      const ours = recorded.paths.map((one) => (isTargeted(one, config) ? '1' : '0')).join('');
      assert.equal(ours, hit, JSON.stringify(config));
    }
    for (const { keys, first } of recorded.keys) {
      const ours = recorded.paths.map((one) => keys.indexOf(keyFor(keys, one) ?? ''));
      assert.deepEqual(ours, first, JSON.stringify(keys));
    }
  });
});
