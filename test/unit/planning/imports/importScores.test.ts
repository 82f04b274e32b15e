import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { readRunRecords } from '../../../../src/files/runRecords';
import { listRuns, newRunFolder, readRunEvents } from '../../../../src/files/runs';
import { importedRunFiles } from '../../../../src/planning/imports/importedRun';
import { importScores, type ImportedScores } from '../../../../src/planning/imports/importScores';
import { parseGivenScores } from '../../../../src/planning/imports/givenScores';
import { runScoresSchema, scoreFileSchema } from '../../../../src/shared/scoreFile';
import { applyEvent } from '../../../../src/shared/applyEvent';
import { emptyRun } from '../../../../src/shared/runState';
import { roles, type Module } from '../../../../src/shared/words';
import { temporaryFolder } from '../../files/temporary';
import { throwsWith } from '../../files/throwsCode';

const modules: readonly Module[] = Array.from({ length: 12 }, (_, layer) =>
  (['q', 'v'] as const).map((role) => ({
    path: `model.layers.${layer}.self_attn.${role}_proj`,
    ...{ layer, role, inFeatures: 8, outFeatures: 4 },
  })),
).flat();
const from = { model: 'tiny', modelHash: 'sha256:1', task: 'mine', dataHash: 'sha256:2' };
const read = (text: string, of: readonly Module[] | undefined = modules): ImportedScores =>
  importScores(parseGivenScores(text, 'mine.csv'), of, from);
const scoreOf = ({ scores }: ImportedScores, name: string): [number, number] => {
  const found = scores.modules.find((one) => one.path === name)!;
  return [found.score, found.standardError];
};
const q1 = 'model.layers.1.self_attn.q_proj';
const q11 = 'model.layers.11.self_attn.q_proj';

describe('scores of one’s own', () => {
  it('are read with and without a header, with commas, tabs and semicolons', () => {
    for (const text of [
      `${q1},2.5,0.5\n${q11},1e-3\n`,
      `path,score,standardError\n${q1},2.5,0.5\n${q11},1e-3,\n`,
      `standard_error;Score;Path\r\n0.5;2.5;${q1}\r\n;0.001;${q11}\r\n`,
      `\uFEFFmodule\tscore\tstderr\n# a comment\n\n"${q1}"\t2.5\t0.5\n${q11}\t.001\t0\n`,
    ]) {
      const imported = read(text);
      assert.deepEqual(scoreOf(imported, q1), [2.5, 0.5], text);
      assert.deepEqual(scoreOf(imported, q11), [0.001, 0], text);
      scoreFileSchema.parse(imported.scores);
      assert.equal(imported.scores.modules.length, modules.length);
      assert.match(imported.notes[0]!, /^22 of 24 modules have no score and count as 0: .+ and 19 more\.$/);
    }
  });

  it('are read as JSON: a map, a list, or part of a score file', () => {
    for (const value of [
      { [q1]: 2.5, [q11]: 1 },
      [
        { path: q1, score: 2.5 },
        { path: q11, score: 1, standardError: 0 },
      ],
      {
        modules: [
          { path: q1, score: 2.5 },
          { path: q11, score: 1 },
        ],
        estimator: 'taylor',
        samples: 7,
        task: 'x',
      },
    ]) {
      const imported = read(JSON.stringify(value));
      assert.deepEqual([scoreOf(imported, q1)[0], scoreOf(imported, q11)[0]], [2.5, 1]);
    }
    const told = read(
      JSON.stringify({ modules: [{ path: q1, score: 1 }], estimator: 'eva', samples: 7, task: 'x' }),
    );
    assert.deepEqual([told.scores.estimator, told.scores.samples, told.scores.task], ['eva', 7, 'x']);
  });

  it('need no model where they tell every shape', () => {
    const full = modules.map((module, index) => ({ ...module, score: index }));
    assert.deepEqual(
      read(JSON.stringify(full), undefined).scores.modules.map(({ path: name, score }) => [name, score]),
      full.map(({ path: name, score }) => [name, score]),
    );
    throwsWith(
      () => importScores(parseGivenScores(`${q1},1`, 'a.csv'), undefined, from),
      'option-invalid',
      /shape of/,
    );
  });

  it('take the names of parameters and of wrapped models, and no name for another', () => {
    assert.equal(scoreOf(read(`${q1}.weight,3`), q1)[0], 3);
    assert.equal(scoreOf(read(`base_model.model.${q1},3`), q1)[0], 3);
    assert.equal(scoreOf(read('layers.1.self_attn.q_proj,3'), q11)[0], 0);
    throwsWith(() => read('self_attn.q_proj,3'), 'scores-invalid', /could be several/);
    throwsWith(() => read('q_proj.extra,3'), 'scores-invalid', /does not have; nearest is model/);
    throwsWith(() => read(`a,b\n`), 'scores-invalid', /columns a, b/);
    throwsWith(
      () => read(`${q1},1\nmodel.layers.1.self_attn.q_prj,2`),
      'scores-invalid',
      /mine\.csv:2 .*nearest is model\.layers\.1\.self_attn\.q_proj\./,
    );
  });

  it('are refused with the line of what is wrong', () => {
    for (const [text, sentence] of [
      [`${q1},1\n${q1},2`, /mine\.csv:2 gives .* a second score/],
      [`${q1},1\n${q1}.weight,2`, /a second score/],
      [`path,score\n${q1},much`, /mine\.csv:2 has the score "much"/],
      [`path,score\n${q1}`, /mine\.csv:2 has the score ""/],
      [`${q1},1,-1`, /below 0/],
      [`${q1},Infinity\n`, /columns|no number/],
      [`path,score\n,1`, /names no module/],
      ['', /has no scores/],
      ['path,score\n', /has no scores/],
      [`"${q1},1`, /is no CSV/],
      ['{"modules": [{"path": "a"}]}', /modules\.0\.score/],
      ['{"a": 1', /is no JSON/],
    ] as const) {
      throwsWith(() => read(text), 'scores-invalid', sentence);
    }
  });

  it('come out as they went in, whatever their order; layers are sums', () =>
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...modules], { minLength: 1 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1e6, noNaN: true })),
        (some, stream) => {
          const rows = some.map((module) => [module.path, stream.next().value, stream.next().value] as const);
          const imported = read(rows.map((row) => row.join(',')).join('\n'));
          for (const [name, score, error] of rows) assert.deepEqual(scoreOf(imported, name), [score, error]);
          for (const { layer, score } of imported.scores.layers) {
            const own = imported.scores.modules.filter((one) => one.layer === layer);
            assert.equal(
              score,
              own.reduce((sum, one) => sum + one.score, 0),
            );
          }
          assert.equal(imported.scores.layers.length, 12);
          assert.equal(imported.notes.length, some.length < modules.length ? 1 : 0);
        },
      ),
      { seed: 1, numRuns: 100 },
    ));

  it('never fail but by name, whatever text they are read from', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(q1, ',', '\n', '1', '"', '{', '[', ']', '}', ':', 'path', 'score', ';', '-', 'é'),
        ),
        (parts) => {
          try {
            read(parts.join(''));
          } catch (thrown) {
            assert.equal((thrown as Error).name, 'LabError', String(thrown));
          }
        },
      ),
      { seed: 1, numRuns: 1000 },
    ));
});

describe('a run of imported scores', () => {
  const folder = temporaryFolder();

  it('opens as every other run of the experiment does', async () => {
    const experiment = path.join(folder.path, 'mine.adapter.yaml');
    const run = newRunFolder(experiment, 'score', new Date());
    const imported = read(`${q1},2.5,0.5\n${q11},1`);
    const files = importedRunFiles(
      imported,
      { architecture: 'LlamaForCausalLM', layers: 12, parameters: 1000 },
      {
        id: path.basename(run),
        experiment: '../../../mine.adapter.yaml',
        experimentHash: 'sha256:3',
        model: '../../../tiny',
        file: '../../../mine.csv',
        version: '0.1.0',
        at: new Date(0).toISOString(),
      },
    );
    await mkdir(run, { recursive: true });
    for (const [name, text] of files) await writeFile(path.join(run, name), text);
    assert.deepEqual(await listRuns(experiment), [run]);
    const { manifest, scores } = await readRunRecords(run);
    assert.deepEqual(scores, runScoresSchema.parse({ version: 1, scores: [imported.scores] }));
    assert.equal(manifest.state, 'done');
    const state = (await readRunEvents(run)).reduce(applyEvent, emptyRun);
    assert.equal(state.status, 'done');
    assert.deepEqual(
      state.tasks[0]!.scores,
      imported.scores.modules.map(({ score }) => score),
    );
    assert.ok(state.notes.some((note) => note.includes('imported from ../../../mine.csv')));
    for (const report of ['report.md', 'report.html'])
      assert.ok(files.get(report)!.includes('LlamaForCausalLM, 12 layers'), report);
    assert.ok(roles.includes(state.modules[0]!.role));
  });
});
