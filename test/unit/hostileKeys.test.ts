import assert from 'node:assert/strict';
import fc from 'fast-check';
import { scoreTables } from '../../src/configs/scoreTable';
import { parseExperiment } from '../../src/configs/experiment/parse';
import { parseGivenScores } from '../../src/planning/imports/givenScores';
import { readOptuna } from '../../src/search/optuna/readOptuna';
import { writeOptuna } from '../../src/search/optuna/writeOptuna';
import { newStudy } from '../../src/search/study';
import { decodeFromWebview } from '../../src/shared/decodeFromWebview';
import { mostLayers, modulePathSchema } from '../../src/shared/moduleSchemas';
import { parseJson } from '../../src/shared/parseJson';
import { runEventSchema } from '../../src/shared/runEvents';
import { scoreFileSchema, type ScoreFile } from '../../src/shared/scoreFile';
import { PrototypeGuard } from '../fuzz/guards';
import { throwsWith } from './files/throwsCode';
import { scoreFiles } from './planning/scoredModel';
import { settingsOf } from './search/studies';

/** Names that every object answers to. */
const inherited = Reflect.ownKeys(Object.prototype).filter((key) => typeof key === 'string');
const [sound] = scoreFiles(2, ['mail']);
const withPath = (path: string): ScoreFile => ({
  ...sound!,
  modules: sound!.modules.map((module, index) => (index === 0 ? { ...module, path } : module)),
});

describe('keys that a stranger chose', () => {
  const guard = new PrototypeGuard();
  afterEach(() => assert.equal(guard.changed(), undefined));

  it('are noticed where they change what every object has', () => {
    (Object.prototype as Record<string, unknown>)['polluted'] = 1;
    assert.match(guard.changed() ?? '', /polluted/);
    assert.equal(guard.changed(), undefined);
  });

  for (const name of inherited) {
    it(`are rows of their own in a table of scores: ${name}`, () => {
      const { scores } = scoreTables(withPath(name), 'modules', 3);
      assert.ok(Object.hasOwn(scores, name));
      assert.equal(scores[name]?.[0], Number(sound!.modules[0]!.score.toPrecision(3)));
    });

    it(`are no paths of modules: ${name}`, () => {
      assert.equal(modulePathSchema.safeParse(name).success, false);
      assert.equal(scoreFileSchema.safeParse(withPath(name)).success, false);
      throwsWith(
        () => parseGivenScores(`{"modules":[{"path":"${name}","score":1}]}`, 'scores'),
        'scores-invalid',
      );
    });
  }

  it('of an Optuna journal become no properties of trials', () => {
    const settings = settingsOf();
    const lines = [
      { op_code: 4, worker_id: 'x', study_id: 0, datetime_start: null },
      {
        op_code: 5,
        worker_id: 'x',
        trial_id: 0,
        param_name: '__proto__',
        param_value_internal: 0,
        distribution: '{"name":"x","attributes":{"choices":[{"polluted":1}]}}',
      },
    ];
    const text = writeOptuna(newStudy(settings)) + lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    throwsWith(() => readOptuna(text, 'study.log', settings), 'journal-invalid');
  });

  it('are taken or refused by every decoder, and change nothing', () => {
    const key = fc.constantFrom(...inherited, 'prototype', 'a');
    const value = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom('1', 'null', '"x"', 'true'),
        fc
          .array(fc.tuple(key, tie('node')), { maxLength: 3 })
          .map((entries) => `{${entries.map(([name, inner]) => `"${name}":${String(inner)}`).join()}}`),
      ),
    })).node as fc.Arbitrary<string>;
    fc.assert(
      fc.property(value, (text) => {
        const parsed = JSON.parse(text) as object;
        runEventSchema.safeParse(parsed);
        runEventSchema.safeParse({ at: '', type: 'reallocated', trial: 'a', step: 1, ranks: parsed });
        decodeFromWebview({ type: 'change', change: { change: 'rows', label: 'a', rows: parsed } });
        decodeFromWebview({ type: 'steer', steering: { type: 'add', point: parsed } });
        parseExperiment(`version: 1\nmodel: m\nplan: ${text}\n${text.slice(1, -1)}`, '/x.adapter.yaml');
        assert.equal(guard.changed(), undefined, text);
      }),
      { numRuns: 2000, seed: 5 },
    );
  });
});

describe('sizes that a stranger chose', () => {
  it('are no layers beyond any model’s, for which tables would be made', () => {
    const far = { ...sound!.modules[0]!, layer: mostLayers };
    assert.equal(scoreFileSchema.safeParse({ ...sound!, modules: [far] }).success, false);
    throwsWith(() => parseGivenScores(JSON.stringify({ modules: [far] }), 'scores'), 'scores-invalid');
    const event = { at: '', type: 'model', model: 'm', architecture: 'a', parameters: 1, modules: [] };
    assert.equal(runEventSchema.safeParse({ ...event, layers: mostLayers }).success, true);
    assert.equal(runEventSchema.safeParse({ ...event, layers: mostLayers + 1 }).success, false);
  });

  it('are no depth beyond any file’s', () => {
    const long = JSON.stringify(['x'.repeat(10_000_000)]);
    assert.equal((parseJson(long) as string[])[0]?.length, 10_000_000);
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    assert.ok(Array.isArray(parseJson(nested(500))));
    assert.throws(() => parseJson(nested(501)), SyntaxError);
    assert.throws(() => parseJson(`{"a":${nested(100_000)}}`), SyntaxError);
    assert.deepEqual(parseJson(JSON.stringify(['['.repeat(2000), '\\"['.repeat(900)])), [
      '['.repeat(2000),
      '\\"['.repeat(900),
    ]);
  });
});
