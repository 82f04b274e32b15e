import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { linearTest, mayBeEndless } from '../../../src/peft/linearMatch';
import { isTargeted, keyFor } from '../../../src/peft/patterns';
import { throwsWith } from '../files/throwsCode';

const long = `model.layers.0.self_attn.${'a'.repeat(200)}_proj`;

describe('expressions that JavaScript would try without end', () => {
  it('are matched all the same, with the answer that they have', () => {
    for (const key of [
      '(a+)+$',
      '(a|a)*b',
      '(a|aa)+!',
      '([a-z_]+)*\\d',
      '(.*a){12}b',
      '((\\w+\\.?)+)+x$',
      '.*.*.*.*.*.*.*.*=',
      '(a?){60}a{60}b',
      // No repeat, and two ways at each of many places.
      `${'a?'.repeat(60)}${'a'.repeat(60)}!`,
      `${'(a|a)'.repeat(60)}!`,
      `${'(?:.|\\w)'.repeat(60)}!`,
      `.*.*.*${'a?'.repeat(12)}!`,
    ])
      assert.equal(keyFor([key], `${long}z`), undefined, key);
    assert.equal(keyFor(['(\\w+\\.)*q_proj'], 'model.layers.0.self_attn.q_proj'), '(\\w+\\.)*q_proj');
    assert.ok(isTargeted(long, { target_modules: '(\\w+\\.)+a+_proj' }));
    assert.ok(!isTargeted(long, { target_modules: '(\\w+\\.?)+!' }));
    assert.ok(!isTargeted(long, { target_modules: ['w'], modules_to_save: ['(a+)+!'] }));
  });

  it('are refused where only that engine could match them', () => {
    for (const key of ['\\1{9999999}.+', '.*\\1{0,9999999}', '(a+)+(?=b)', '(\\w+)+\\1$', '(?!x)(a*)*$'])
      throwsWith(() => keyFor([key], long), 'adapter-invalid', /repeats what repeats/);
    const layered = { target_modules: ['q'], layers_to_transform: [0], layers_pattern: '(a+)+' };
    throwsWith(() => isTargeted('a.0.q', layered), 'adapter-invalid', /repeats what repeats/);
  });

  it('are matched without it on names that are longer than any', () => {
    const name = `${'a.'.repeat(20_000)}q_proj`;
    assert.equal(keyFor(['.*a.*q_proj'], name), '.*a.*q_proj');
    assert.equal(keyFor(['.*a.*!'], name), undefined);
    throwsWith(() => keyFor(['.*(?<=x).*q_proj'], name), 'adapter-invalid', /may not end/);
    for (const key of ['a?'.repeat(40), '(a|b)'.repeat(40)])
      throwsWith(() => keyFor([`${key}(?!x)`], 'a'), 'adapter-invalid', /may not end/);
  });

  it('are none of those that people write', () => {
    for (const key of [
      '.*\\.(q|v)_proj',
      'model\\.layers\\.(\\d+)\\.mlp.*',
      '(?:q|k|v|o)_proj',
      'layers\\.(1[0-9]|2[0-3])\\..*',
      '^model\\.layers\\.(?!0\\.)\\d+\\.self_attn\\.q_proj',
      '.*(?<=self_attn\\.)q_proj',
      '[\\w.]+q_proj',
      'layers\\.\\d{1,2}\\.mlp\\.(up|down)_proj',
    ])
      assert.equal(mayBeEndless(`^(?:(.*\\.)?(${key})$)`), false, key);
    const path = 'model.layers.12.self_attn.q_proj';
    for (const key of [
      '.*\\.(q|v)_proj',
      'layers\\.(1[0-9]|2[0-3])\\..*',
      '^model\\.layers\\.(?!0\\.)\\d+\\.self_attn\\.q_proj',
    ])
      assert.equal(keyFor([key], path), key);
  });

  it('are matched as JavaScript matches them, whatever they are', () => {
    const { pattern } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
      part: fc.oneof(
        { maxDepth: 2, withCrossShrink: true },
        fc.constantFrom(
          'a',
          'b',
          '.',
          '\\.',
          '[ab]',
          '[^a]',
          '\\w',
          '^',
          '$',
          '\\b',
          '\\B',
          '',
          'a{',
          '\\x61',
          '[.]',
        ),
        tie('pattern').map((one) => `(${one})`),
        tie('pattern').map((one) => `(?:${one})`),
      ),
      pattern: fc
        .array(
          fc
            .tuple(
              tie('part'),
              fc.constantFrom('', '', '*', '+', '?', '*?', '+?', '{2}', '{1,}', '{0,2}', '{1,3}?'),
              fc.constantFrom('', '', '|'),
            )
            .map(([one, sign, or]) => (/^(?:[$^]|\\[bB]|)$/.test(one) ? one : one + sign) + or),
          { minLength: 1, maxLength: 3 },
        )
        .map((parts) => parts.join('')),
    }));
    let wild = 0;
    fc.assert(
      fc.property(pattern, fc.stringMatching(/^[ab.]{0,6}$/), (source, text) => {
        const whole = `^(?:${source})`;
        if (!mayBeEndless(whole)) return;
        wild += 1;
        const test = linearTest(whole);
        assert.ok(test, whole);
        assert.equal(test(text), new RegExp(whole).test(text), `${whole} on ${text}`);
      }),
      { seed: 1, numRuns: 2000 },
    );
    assert.ok(wild > 200, `${wild} wild`);
  });
});
