import assert from 'node:assert/strict';
import fc from 'fast-check';
import { keyMatcher } from '../../../src/peft/keyMatcher';
import { isTargeted, keyFor } from '../../../src/peft/patterns';
import { throwsWith } from '../files/throwsCode';

const segment = fc.constantFrom(
  'model',
  'layers',
  '0',
  '1',
  '11',
  'q_proj',
  'q.proj',
  'qxproj',
  'mlp',
  'a-b',
  '',
  'é',
  'x\ny',
);
const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.'));
const dotted = (separator: string) =>
  fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(separator));
const key = fc
  .tuple(
    fc.constantFrom('', '^', '^^', '.*'),
    fc.oneof(
      dotted('.'),
      dotted('\\.'),
      fc.constantFrom(
        '',
        '.',
        'layers.(0|1).*',
        '[01]\\.q_proj',
        'q_pro.',
        '\\d+',
        'q_proj|mlp',
        'a\\-b',
        '(',
      ),
    ),
    fc.constantFrom('', '$', '$$'),
  )
  .map((parts) => parts.join(''));

const outcome = (run: () => string | undefined): string => {
  try {
    return String(run());
  } catch (thrown) {
    return `threw ${String(thrown)}`;
  }
};

describe('a matcher of many keys', () => {
  it('says of every path what the plain rule says, and throws where that throws', () => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 6 }), fc.array(path, { maxLength: 6 }), (keys, paths) => {
        const match = keyMatcher(keys);
        for (const one of paths) {
          assert.equal(
            outcome(() => match(one)),
            outcome(() => keyFor(keys, one)),
            `${JSON.stringify(keys)} on ${JSON.stringify(one)}`,
          );
        }
      }),
      { seed: 1, numRuns: 4000 },
    );
  });

  it('finds full names among hundreds, written with dots or with escaped ones', () => {
    const paths = Array.from({ length: 300 }, (_, layer) => `model.layers.${layer}.self_attn.q_proj`);
    for (const write of [
      (one: string) => one,
      (one: string) => `^${one.replaceAll('.', '\\.')}`,
      (one: string) => `${one.replaceAll('.', '\\.')}$`,
    ]) {
      const keys = paths.map(write);
      const match = keyMatcher(keys);
      for (const [at, one] of paths.entries()) assert.equal(match(one), keys[at]);
      assert.equal(match('model.layers.300.self_attn.q_proj'), undefined);
    }
  });

  it('does not try a key that stands behind the one that holds', () => {
    assert.equal(keyMatcher(['q_proj', '('])('a.q_proj'), 'q_proj');
    throwsWith(() => keyMatcher(['(', 'q_proj'])('a.q_proj'), 'adapter-invalid', /"\("/);
  });
});

describe('all-linear', () => {
  it('leaves embeddings and the output head alone, which names do not', () => {
    const all = { target_modules: 'all-linear' };
    assert.ok(isTargeted('model.layers.0.q_proj', all));
    assert.ok(!isTargeted('lm_head', all, 'head'));
    assert.ok(!isTargeted('model.embed_tokens', all, 'embedding'));
    assert.ok(isTargeted('lm_head', { target_modules: ['lm_head'] }, 'head'));
    assert.ok(!isTargeted('score', { ...all, modules_to_save: ['score'] }));
  });
});
