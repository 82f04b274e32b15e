import fc from 'fast-check';
import assert from 'node:assert/strict';
import { isNear } from '../../../../src/configs/text/nearest';
import { applyEdits } from '../../../../src/configs/text/textEdit';
import { readTrainerConfigs } from '../../../../src/configs/trainers/read';
import { resolve } from '../../../../src/configs/trainers/resolve';
import { asSaved, matched } from '../../../../src/configs/trainers/rules/patterns';
import { findings } from '../../../../src/configs/trainers/rules/rules';
import { keyFor } from '../../../../src/peft/patterns';
import { needsPython } from '../trainers/corpus';
import { findingsOf, isAbout, rulesCorpus } from './corpus';
import { models } from './models';

const base = models['llama']!;
const paths = base.matrices.map(({ path }) => path);

/** Keys as people write them: names, ends, whole paths, expressions, slips. */
const key = fc.oneof(
  fc.constantFrom(
    'q_proj',
    'v_proj',
    '.*_proj',
    '.*self_attn.*',
    'layers.0.*',
    '.*',
    'q_porj',
    'mlp',
    '^q_proj',
    '(q|v)_proj',
  ),
  fc.constantFrom(...paths),
  fc.constantFrom(...paths.map((path) => path.split('.').slice(2).join('.'))),
);
const ranks = fc.constantFrom(2, 4, 8, 16, 64);
const pattern = fc.uniqueArray(fc.tuple(key, ranks), {
  minLength: 1,
  maxLength: 5,
  selector: ([one]) => one,
});

const json = (rows: readonly (readonly [string, number])[]): string =>
  JSON.stringify(
    {
      peft_type: 'LORA',
      r: 8,
      lora_alpha: 16,
      target_modules: ['q_proj', 'v_proj', 'down_proj'],
      rank_pattern: Object.fromEntries(rows),
    },
    null,
    2,
  );
const yaml = (rows: readonly (readonly [string, number])[]): string =>
  `base_model: llama\nadapter: lora\nlora_r: 8\nlora_alpha: 16\nlora_target_linear: true\nlora_rank_pattern:\n${rows
    .map(([one, value]) => `  '${one}': ${value} # ${value}\n`)
    .join('')}micro_batch_size: 2\n`;

const ranksOf = (text: string, syntax: 'json' | 'yaml'): [string, number][] =>
  resolve(readTrainerConfigs(text, syntax).configs[0]!, base).modules.map(({ path, rank }) => [path, rank]);

describe('a rank above what is served', () => {
  it('is told in a whole sentence, with the modules and without', () => {
    const text = JSON.stringify({ peft_type: 'LORA', r: 1024, target_modules: ['q_proj'] });
    const [config] = readTrainerConfigs(text, 'json').configs;
    const message = (known: typeof base | undefined): string | undefined =>
      findings(text, config!, known).find(({ id }) => id === 'D13')?.message;
    assert.match(message(base) ?? '', /^Rank 1024, for \d+ modules, is above 512, the most/);
    assert.match(message(undefined) ?? '', /^Rank 1024 is above 512, the most/);
  });
});

describe('fixes of patterns', () => {
  for (const [syntax, write] of [
    ['json', json],
    ['yaml', yaml],
  ] as const) {
    it(`give each module the rank that PEFT gives it, as exact keys, in ${syntax}`, () => {
      let seen = 0;
      fc.assert(
        fc.property(pattern, (rows) => {
          const text = write(rows);
          const config = readTrainerConfigs(text, syntax).configs[0]!;
          for (const { id, fixes } of findings(text, config, base)) {
            const fix = fixes.find(({ title }) => title.endsWith('as they are'));
            if (id !== 'D2' || !fix) continue;
            seen += 1;
            const after = applyEdits(text, fix.edits);
            assert.deepEqual(ranksOf(after, syntax), ranksOf(text, syntax));
            // In any order: PEFT saves with sorted keys.
            const saved = readTrainerConfigs(after, syntax).configs[0]!;
            const keys = saved.settings.ranks.map((row) => row.pattern).sort();
            for (const path of paths)
              assert.equal(keyFor(keys, path), keyFor([...keys].reverse(), path), path);
            assert.deepEqual(
              findings(after, saved, base).filter((one) => one.id === 'D2'),
              [],
            );
          }
        }),
        { seed: 1, numRuns: 150 },
      );
      assert.ok(seen > 30, `only ${seen} fixes were tried`);
    });

    it(`keep α/r for all modules, and every rank, in ${syntax}`, () => {
      let seen = 0;
      fc.assert(
        fc.property(pattern, (rows) => {
          const text = write(rows);
          const config = readTrainerConfigs(text, syntax).configs[0]!;
          for (const { id, fixes } of findings(text, config, base)) {
            if (id !== 'D4' || !fixes[0]) continue;
            seen += 1;
            const after = applyEdits(text, fixes[0].edits);
            assert.deepEqual(ranksOf(after, syntax), ranksOf(text, syntax));
            const { modules } = resolve(readTrainerConfigs(after, syntax).configs[0]!, base);
            for (const { path, scale } of modules) assert.ok(Math.abs(scale - 2) < 1e-9, path);
          }
        }),
        { seed: 1, numRuns: 150 },
      );
      assert.ok(seen > 30, `only ${seen} fixes were tried`);
    });
  }
});

describe('findings', () => {
  needsPython();

  it('are told of any half-typed text, without throwing, in places that are in it', () => {
    const cut = fc
      .constantFrom(...rulesCorpus)
      .chain((file) =>
        fc.tuple(
          fc.constant(file),
          fc.integer({ min: 0, max: file.text.length }),
          fc.constantFrom('', '(', '"', '*', ': '),
        ),
      );
    fc.assert(
      fc.property(cut, ([{ text: whole, syntax }, at, typed]) => {
        for (const text of [whole.slice(0, at) + typed, whole.slice(0, at) + typed + whole.slice(at)]) {
          for (const { range, message, fixes } of findingsOf({ text, syntax })) {
            assert.ok(range.start >= 0 && range.start <= range.end && range.end <= text.length, message);
            assert.match(message, /[.?]$/);
            for (const { edits } of fixes) {
              edits.forEach((edit, index) => assert.ok(edit.start >= (edits[index - 1]?.end ?? 0), message));
            }
          }
        }
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  it('say nothing of modules where the base model is not known', () => {
    const needs = ['D1', 'D3', 'D5'];
    for (const file of rulesCorpus.filter((one) => needs.some((id) => isAbout(one, id)))) {
      const text = file.text.replace(/\b(llama|bert|tower|gpt2|loose|deep)\b/, 'org/model');
      assert.deepEqual(
        findingsOf({ ...file, text }).filter(({ id }) => needs.includes(id)),
        [],
        file.name,
      );
    }
  });

  it('know Python’s order of saved keys, which goes by code points', () => {
    const row = (pattern: string) => ({
      pattern,
      value: 1,
      keyRange: { start: 0, end: 0 },
      range: { start: 0, end: 0 },
    });
    // U+FF01 comes before U+1D6FC, though its UTF-16 unit is larger than the surrogate.
    const order = asSaved(matched(['𝛼', '！', 'b', 'ab', 'a', '^a', '.*'].map(row), []));
    assert.deepEqual(
      order.map((one) => one.row.pattern),
      ['.*', '^a', 'a', 'ab', 'b', '！', '𝛼'],
    );
  });

  it('take no word for near that shares nothing with another', () => {
    assert.ok(isNear('q_porj', 'q_proj'));
    assert.ok(!isNear('query', 'v_proj'));
  });
});
