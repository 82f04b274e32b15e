import assert from 'node:assert/strict';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { experimentAnchors } from '../../../src/configs/experiment/locate';
import { parseExperiment } from '../../../src/configs/experiment/parse';
import { schemaInfo } from '../../../src/configs/experiment/schemaWalk';
import { hintsOf, type Hint } from '../../../src/extension/editor/hints';
import { keyHover, rowHover } from '../../../src/extension/editor/hoverTexts';
import { keyAt } from '../../../src/extension/editor/keyPath';
import { hintColumn } from '../../../src/extension/editor/keyLine';
import { lensesOf } from '../../../src/extension/editor/lenses';
import { ModelCache, type ModelFacts } from '../../../src/extension/editor/modelFacts';
import { moduleScores, scoreText } from '../../../src/extension/editor/moduleScores';
import { LabError } from '../../../src/shared/errors';
import type { UnstampedRunEvent } from '../../../src/shared/runEvents';
import { applyEvent } from '../../../src/shared/applyEvent';
import { emptyRun, type RunState } from '../../../src/shared/runState';
import type { Verdict } from '../../../src/shared/verdict';
import { planless, sampleExperiment } from '../configs/sampleExperiment';
import { rawSafetensors } from '../files/rawSafetensors';
import { temporaryFolder } from '../files/temporary';
import { tinyConfig, writeTinyLlama } from '../files/tinyLlama';
import { syntheticModel } from '../planning/syntheticModel';
import { betterVerdict, judged, openVerdict } from '../webview/sampleVerdict';
import { at, begun, scored } from './runFolder';

const row = 'model.layers.3.self_attn.q_proj';
const run: RunState = scored.map((event) => at(event)).reduce(applyEvent, emptyRun);
const oneTask: RunState = { ...run, tasks: run.tasks.slice(0, 1) };
const model: ModelFacts = {
  architecture: 'LlamaForCausalLM',
  layers: 4,
  parameters: 1_234_567,
  modules: syntheticModel(4),
};
const lineOf = (text: string, start: string): number =>
  text.split('\n').findIndex((line) => line.trimStart().startsWith(start));

describe('lenses', () => {
  const titles = (text: string, job?: Parameters<typeof lensesOf>[2]): string[] =>
    lensesOf(text, experimentAnchors(text), job).map(({ line, title }) => `${line}: ${title}`);

  it('stand over the blocks that they read', () => {
    const text = sampleExperiment.replace('budget:', 'train: { epochs: 1 }\nbudget:');
    const [score, search, train, budget, plan] = ['score:', 'search:', 'train: {', 'budget:', 'plan:'].map(
      (key) => lineOf(text, key),
    );
    assert.deepEqual(titles(text), [
      `${score}: $(play) Score Layers`,
      `${score}: Run Experiment`,
      `${search}: Search Ranks`,
      `${train}: Train`,
      `${budget}: Allocate`,
      `${plan}: Commit Plan`,
      `${plan}: Show Allocation Map`,
      `${plan}: Judge`,
    ]);
  });

  it('stand over the tasks where there is no score block, and on top where there is nothing', () => {
    assert.deepEqual(titles('version: 1\ntasks:\n  - {name: a}\n'), [
      '1: $(play) Score Layers',
      '1: Run Experiment',
      '1: Train',
    ]);
    assert.deepEqual(titles(''), ['0: $(play) Score Layers', '0: Run Experiment', '0: Train']);
    assert.deepEqual(titles('tasks: [\nbudget: {').slice(0, 1), ['0: $(play) Score Layers']);
  });

  it('say how far the run is, in the same lines', () => {
    const half = scored
      .slice(0, 4)
      .map((event) => at(event))
      .reduce(applyEvent, emptyRun);
    const line = lineOf(planless, 'score:');
    assert.deepEqual(titles(planless, { state: half, stopping: false }).slice(0, 2), [
      `${line}: $(sync~spin) Scoring 50 %`,
      `${line}: Stop`,
    ]);
    assert.equal(titles(planless, { state: half, stopping: true })[0], `${line}: $(sync~spin) Stopping`);
  });

  it('start a search over its block, and say there at which trial it is once the layers are scored', () => {
    const text = planless;
    const line = lineOf(text, 'search:');
    assert.ok(titles(text).includes(`${line}: Search Ranks`));
    assert.ok(
      !titles(text.replace(/^search:.*\n/m, ''))
        .join('\n')
        .includes('Search Ranks'),
    );
    const scoring = [{ ...begun, job: 'search' } as const, ...scored.slice(1, 4)];
    const searching = [...scoring, { type: 'search-begun', trials: 8, finished: 0 } as const];
    const first = (events: readonly UnstampedRunEvent[]): string | undefined =>
      titles(text, {
        state: events.map((event) => at(event)).reduce(applyEvent, emptyRun),
        stopping: false,
      })[0];
    assert.equal(first(scoring), `${lineOf(text, 'score:')}: $(sync~spin) Scoring 50 %`);
    assert.equal(first(searching), `${line}: $(sync~spin) Searching: trial 1 of 8`);
    const paused = { type: 'search-steered', paused: true, trials: 8 } as const;
    assert.equal(
      first([...searching, paused]),
      `${line}: $(debug-pause) Search paused before its first trial`,
    );
  });

  it('say over the plan at which training its verdict is, and then what it is', () => {
    const line = lineOf(sampleExperiment, 'plan:');
    const state = (verdict?: Verdict): RunState =>
      [
        at({ type: 'started', job: 'judge', experiment: 'a', tasks: [] }),
        at({ type: 'progress', share: 0.25 }),
        ...(verdict === undefined ? [] : judged(verdict)),
      ].reduce(applyEvent, emptyRun);
    const going = (of: RunState): string[] => titles(sampleExperiment, { state: of, stopping: false });
    assert.deepEqual(going(state()).slice(0, 2), [`${line}: $(sync~spin) Judging 25 %`, `${line}: Stop`]);
    const open = going(state(openVerdict()));
    assert.equal(open[0], `${line}: $(sync~spin) Judging: training 6 of 10`);
    assert.ok(!open.some((title) => title.endsWith(': Judge')));
    const run = '/w/.adapter-lab/runs/20260101-0000000-quick-judge';
    const after = (verdict: Verdict) =>
      lensesOf(sampleExperiment, experimentAnchors(sampleExperiment), undefined, { run, verdict }).slice(-2);
    const [judge, outcome] = after(betterVerdict());
    assert.deepEqual([judge?.title, judge?.command], ['Judge', 'adapterLab.judge']);
    assert.deepEqual([outcome?.line, outcome?.title], [line, 'Better than uniform']);
    assert.deepEqual(outcome?.target, { run, tab: 'verdict' });
    assert.equal(outcome?.tooltip, betterVerdict().words);
    // One that is open says nothing yet.
    assert.deepEqual(after(openVerdict()).at(-1)?.title, 'Judge');
    const planless = 'version: 1\ntasks: []\n';
    assert.ok(!titles(planless).some((title) => title.includes('Judge')));
  });

  it('say the loss of a training, over the block that it reads', () => {
    const text = planless.replace('score:', 'train: {}\nscore:');
    const trial = { trial: 'seed-1', step: 30, loss: 0.4317, learningRate: 1e-3, gradientNorm: 1 };
    const state = [
      { type: 'started', job: 'train', experiment: 'a', tasks: [] as string[] } as const,
      { type: 'progress', share: 0.25 } as const,
      { type: 'step', ...trial, tokensPerSecond: 9 } as const,
    ]
      .map((event) => at(event))
      .reduce(applyEvent, emptyRun);
    assert.deepEqual(titles(text, { state, stopping: false }).slice(0, 2), [
      `${lineOf(text, 'train: {}')}: $(sync~spin) Training 25 %, loss 0.432`,
      `${lineOf(text, 'train: {}')}: Stop`,
    ]);
  });
});

describe('hints', () => {
  const hints = (text: string, source: { model?: ModelFacts; run?: RunState }): Hint[] =>
    hintsOf({
      text,
      anchors: experimentAnchors(text),
      experiment: parseExperiment(text, '/w/quick.adapter.yaml').experiment,
      model: source.model,
      run: source.run,
    });
  const textAt = (all: readonly Hint[], line: number): string | undefined =>
    all.find((hint) => hint.line === line)?.text;

  it('say what the model is, what the plan takes, and what each row scored and costs', () => {
    const all = hints(sampleExperiment, { model, run });
    assert.equal(textAt(all, lineOf(sampleExperiment, 'model:')), 'Llama · 4 layers · 1.2 M parameters');
    assert.match(
      textAt(all, lineOf(sampleExperiment, 'budget:')) ?? '',
      /^1\/4 layers · 4 experts · [\d.,]+( k)? params$/,
    );
    assert.match(
      textAt(all, lineOf(sampleExperiment, row)) ?? '',
      /^13\.3 ± 0\.0 % of score · [\d.,]+( k)? params$/,
    );
  });

  it('show the score itself where there is one task', () => {
    const all = hints(sampleExperiment, { model, run: oneTask });
    assert.match(textAt(all, lineOf(sampleExperiment, row)) ?? '', /^4 ± 0\.01 \(13\.3 %\) · /);
  });

  it('say what a budget allows where there is no plan', () => {
    const all = hints(planless, { model });
    assert.equal(textAt(all, lineOf(planless, 'budget:')), 'at most 1 of 4 layers');
  });

  it('say that a model is missing, and take the modules from the run', () => {
    const error = new LabError('model-missing', 'The model folder x does not exist.', 'Point to another.');
    const all = hints(sampleExperiment, { model: { error }, run });
    assert.equal(textAt(all, lineOf(sampleExperiment, 'model:')), 'not found');
    assert.match(textAt(all, lineOf(sampleExperiment, row)) ?? '', /% of score/);
  });

  it('say that a quantized model cannot be scored, and claim nothing of rows that it may have', () => {
    const refusal = new LabError('model-dtype-unsupported', 'Tensor x is quantized.', 'Point to the other.');
    const text = sampleExperiment.replace(row, 'model.layers.99.self_attn.q_proj');
    const all = hints(text, { model: { ...model, refusal } });
    const [first] = all;
    assert.equal(first?.text, 'Llama · 4 layers · cannot be scored');
    assert.equal(first.tooltip, 'Tensor x is quantized. Point to the other.');
    assert.equal(textAt(all, lineOf(text, 'model.layers.99')), undefined);
  });

  it('mark rows that the model does not have', () => {
    const text = sampleExperiment.replace(row, 'model.layers.99.self_attn.q_proj');
    assert.equal(textAt(hints(text, { model }), lineOf(text, 'model.layers.99')), 'not in this model');
  });

  it('keep the scores while the text has errors, and invent nothing without any source', () => {
    const broken = sampleExperiment.replace('method: floe', 'method: ');
    assert.match(textAt(hints(broken, { run }), lineOf(broken, row)) ?? '', /% of score$/);
    assert.deepEqual(hints(sampleExperiment, {}), []);
  });
});

describe('the place of a hint', () => {
  for (const [line, column] of [
    ['budget: { layers: 25% } # a quarter', 23],
    ['model: "a #b" # c', 13],
    ["model: 'a #b'  ", 13],
    ['model: a#b', 10],
    ['', 0],
  ] as const) {
    it(`is behind the value: ${line}`, () => assert.equal(hintColumn(line), column));
  }
});

describe('scores of modules', () => {
  it('are shares of their task, averaged', () => {
    const scores = moduleScores(run);
    const all = [...scores.values()].reduce((sum, { share }) => sum + share, 0);
    assert.ok(Math.abs(all - 1) < 1e-9);
    assert.deepEqual(
      scores.get(row)?.tasks.map(({ name, score }) => [name, score]),
      [
        ['spam', 4],
        ['topic', 4],
      ],
    );
    assert.match(scoreText(scores.get(row)!), /^13\.3 ± 0\.0 % of score$/);
  });

  it('are none before the first batch', () => {
    assert.equal(moduleScores(emptyRun).size, 0);
  });
});

describe('hovers', () => {
  it('find the key under the cursor, lists and flow maps included', () => {
    const at = (needle: string): unknown =>
      keyAt(sampleExperiment, sampleExperiment.indexOf(needle) + 1)?.path;
    assert.deepEqual(at('kind:'), ['tasks', 0, 'kind']);
    assert.deepEqual(at('max_length: 256 }\nbudget'), ['score', 'max_length']);
    assert.deepEqual(at('spam.train'), undefined);
    assert.equal(keyAt('tasks: [', 2)?.path.join('.'), 'tasks');
  });

  it('say what a key is for, what it may be and what it is by default', () => {
    const text = keyHover('estimator', schemaInfo(['score', 'estimator'])!);
    assert.match(
      text ?? '',
      /^\*\*estimator\*\*: How scores are computed\.\n\nOne of `fisher`.*\n\nDefault: `"fisher"`\.$/s,
    );
  });

  it('say why a row is as it is', () => {
    const text = rowHover({
      path: row,
      method: 'floe',
      row: { rank: 8, alpha: 16, experts: 4, locked: true },
      module: syntheticModel(4).find(({ path }) => path === row),
      scores: moduleScores(run).get(row),
      from: 'run `20260101-quick-score`',
    });
    assert.match(text, /rank 8, alpha 16 \(scaled by 2\), 4 experts · /);
    assert.match(text, /Locked/);
    assert.match(text, /\| spam \| 4 \| 0\.01 \| 13\.3 % \|\n/);
    assert.match(text, /\| all tasks \| \| \| 13\.3 % \|/);
    assert.match(text, /From run `20260101-quick-score`/);
  });
});

describe('facts of a model', () => {
  const folder = temporaryFolder();

  it('are read again only when its files change, and say what is wrong', async () => {
    const dir = join(folder.path, 'model');
    const cache = new ModelCache(0);
    const missing = await cache.facts(dir);
    assert.ok('error' in missing && missing.error.code === 'model-missing');
    await writeTinyLlama(dir);
    const first = await cache.facts(dir);
    assert.ok('layers' in first && first.layers === 2);
    assert.equal(await cache.facts(dir), first);
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, 'config.json'), JSON.stringify({ ...tinyConfig, num_hidden_layers: 1 }));
    await utimes(join(dir, 'config.json'), new Date(), new Date(Date.now() + 5000));
    const second = await cache.facts(dir);
    assert.ok('layers' in second && second.layers === 1);
    assert.equal(second.refusal, undefined);
    const weight = {
      name: 'model.layers.0.self_attn.q_proj.weight',
      dtype: 'F8_E4M3',
      shape: [8, 8],
    } as const;
    await writeFile(join(dir, 'model.safetensors'), rawSafetensors([weight]));
    const third = await cache.facts(dir);
    assert.ok('refusal' in third && third.refusal?.code === 'model-dtype-unsupported');
  });
});
