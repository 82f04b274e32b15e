import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { parseExperiment, readExperiment } from '../../../src/configs/experiment/parse';
import { experimentJsonSchema } from '../../../src/configs/experiment/jsonSchema';
import { parseCount, parseLayers } from '../../../src/shared/quantity';
import { schemaInfo } from '../../../src/configs/experiment/schemaWalk';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { halfTyped } from './halfTyped';
import { planless, sampleExperiment } from './sampleExperiment';

const file = resolve('/work of mine/é/x.adapter.yaml');
const beside = (path: string): string => resolve('/work of mine/é', path);

/** Issues with the text that they underline. */
const issuesOf = (
  text: string,
): { at: string; message: string; next: string; replacement: string | undefined }[] =>
  parseExperiment(text, file).issues.map(({ range, message, next, replacement }) => ({
    at: text.slice(range.start, range.end),
    message,
    next,
    replacement,
  }));

describe('parsing an experiment', () => {
  it('reads the documented experiment, paths absolute, defaults filled in', () => {
    const { experiment, issues } = parseExperiment(sampleExperiment, file);
    assert.deepEqual(issues, []);
    assert.ok(experiment);
    assert.equal(experiment.file, file);
    assert.equal(experiment.model, beside('models/tiny-llama'));
    assert.deepEqual(experiment.tasks, [
      {
        name: 'spam',
        kind: 'classification',
        train: beside('data/spam.train.jsonl'),
        validation: beside('data/spam.validation.jsonl'),
        test: undefined,
        text: 'text',
        weight: 1,
        label: 'label',
        prompt: '{text}\nLabel:',
      },
    ]);
    assert.deepEqual(experiment.adapter, {
      targets: ['q_proj', 'v_proj', 'down_proj'],
      rank: 8,
      alpha: 16,
      experts: 4,
      topK: 2,
      dropout: 0,
    });
    assert.equal(experiment.score.batchSize, 8);
    assert.equal(experiment.score.estimator, 'fisher');
    assert.deepEqual(experiment.budget, { layers: { share: 0.25 } });
    assert.deepEqual(experiment.search.layers, [{ share: 0.25 }, { share: 0.5 }, { share: 1 }]);
    assert.equal(experiment.train.learningRate, 3e-4);
    assert.equal(experiment.targetConfig, beside('configs/axolotl.yml'));
    assert.deepEqual(experiment.plan, {
      modules: { 'model.layers.3.self_attn.q_proj': { rank: 8, alpha: 16, experts: 4 } },
      shared: [],
    });
    assert.equal(experiment.lily.strideA, 1);
  });

  it('needs no more than version, model, tasks and method', () => {
    const text =
      'version: 1\nmodel: m\nmethod: lora\ntasks: [{ name: a, kind: causal-lm, train: t, label: no }]\n';
    const { experiment } = parseExperiment(text, file);
    assert.ok(experiment);
    assert.deepEqual(experiment.adapter.targets, ['q_proj', 'v_proj']);
    assert.equal(experiment.adapter.alpha, 16);
    assert.equal(experiment.tasks[0]?.label, undefined);
    assert.deepEqual(experiment.budget, {});
    assert.equal(experiment.plan, undefined);
  });

  it('places errors of values and names the nearest known key', () => {
    const text = planless
      .replace('version: 1', 'version: 2')
      .replace('kind: classification', 'kind: clasification')
      .replace('rank: 8', 'rnak: 8')
      .replace('samples: 256', 'samples: 0.5')
      .replace('25% }', '125% }');
    assert.deepEqual(
      issuesOf(text).map(({ at, message, replacement }) => [at, message, replacement]),
      [
        ['2', 'version must be 1, not 2.', undefined],
        [
          'clasification',
          'tasks[0].kind must be one of classification, causal-lm, image-classification, not "clasification".',
          'classification',
        ],
        ['rnak', 'Unknown key "rnak" in adapter.', 'rank'],
        ['0.5', 'score.samples must be a whole number, not 0.5.', undefined],
        [
          '125%',
          'budget.layers must be a share such as 25% or a number of layers such as 8, not "125%".',
          undefined,
        ],
      ],
    );
    assert.match(issuesOf(text)[2]?.next ?? '', /^Did you mean "rank"\? Known keys: targets, rank, alpha/);
    assert.match(issuesOf(text)[3]?.next ?? '', /remove the key to use 256/);
  });

  it('offers a far key without claiming that it was meant', () => {
    const [issue] = issuesOf(`${planless}zzz: 1\n`);
    assert.match(issue?.next ?? '', /^Nearest is "/);
    assert.equal(issue?.replacement, undefined);
  });

  it('places what is missing or empty at the block or key', () => {
    const missing = issuesOf(planless.replace('    train: data/spam.train.jsonl\n', ''));
    assert.deepEqual([missing.length, missing[0]?.at], [1, 'name']);
    assert.match(missing[0]?.message ?? '', /^tasks\[0\]\.train is missing/);
    assert.match(missing[0]?.next ?? '', /^Add "train": Data/);
    const empty = issuesOf(planless.replace(/^model:.*$/m, 'model:'));
    assert.deepEqual([empty[0]?.at, empty[0]?.message], ['model', 'model is empty.']);
    const row = issuesOf(sampleExperiment.replace(', experts: 4 }   #', ' }   #'));
    assert.equal(row[0]?.at, 'model.layers.3.self_attn.q_proj');
    assert.match(row[0]?.message ?? '', /q_proj\.experts is missing/);
    for (const text of ['', '# nothing yet\n']) {
      assert.equal(issuesOf(text)[0]?.message, 'The experiment is empty.');
    }
    assert.equal(issuesOf('- 1\n')[0]?.message, 'The experiment is not a block of keys.');
  });

  it('places syntax errors and keys that stand twice', () => {
    const twice = issuesOf(`${planless}model: other\n`);
    assert.deepEqual(
      twice.map(({ at, message }) => [at, message]),
      [['model', 'The key "model" stands twice in its block.']],
    );
    const open = issuesOf(planless.replace('25% }', '25% '));
    assert.equal(open.length, 1);
    assert.equal(open[0]?.at, 'search');
    const bomb = `a: &a [1,1,1,1,1,1,1,1,1,1]\n${[...'bcdefg'].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdef'[i]}`).join()}]\n`).join('')}`;
    assert.match(issuesOf(bomb)[0]?.message ?? '', /cannot be resolved/);
  });

  it('takes prompts of any column, and gives causal-lm none of its own', () => {
    const promptOf = (task: string): string | undefined => {
      const { experiment, issues } = parseExperiment(
        planless.replace('method:', `  - { name: more, train: t.csv, ${task} }\nmethod:`),
        file,
      );
      assert.deepEqual(issues, []);
      return experiment?.tasks[1]?.prompt;
    };
    assert.equal(promptOf('kind: causal-lm'), undefined);
    assert.equal(promptOf('kind: causal-lm, text: answer, prompt: "{question} ->"'), '{question} ->');
    assert.equal(promptOf('kind: classification, prompt: "{a} {b}"'), '{a} {b}');
    assert.equal(promptOf('kind: classification'), '{text}\nLabel:');
  });

  it('finds what only the whole can tell', () => {
    const again = planless.replace('method:', '  - { name: spam, kind: causal-lm, train: t }\nmethod:');
    assert.deepEqual(
      issuesOf(again).map(({ at, message }) => [at, message]),
      [['spam', 'Two tasks are named "spam".']],
    );
    const prompt = issuesOf(planless.replace('text: text', 'text: text\n    prompt: Label it'));
    assert.match(prompt[0]?.message ?? '', /^tasks\[0\]\.prompt must contain \{text\}/);
    const escaped = issuesOf(planless.replace('text: text', 'text: text\n    prompt: "Say {{text}}:"'));
    assert.match(escaped[0]?.message ?? '', /must contain \{text\} or another column/);
    const idle = parseExperiment(`${planless}lily: { num_b: 4 }\n`, file);
    assert.ok(idle.experiment);
    assert.deepEqual(
      [idle.issues[0]?.severity, idle.issues[0]?.message],
      ['warning', 'The block "lily" has no effect with method floe.'],
    );
    const asked = (score: string) =>
      parseExperiment(planless.replace(/^score:.*$/m, `score: { ${score} }`), file);
    for (const share of ['95%', '0.95', '"95 %"'])
      assert.equal(asked(`until_sure: ${share}`).experiment?.score.untilSure, 0.95, share);
    for (const wrong of ['95', '0', '120%', 'yes'])
      assert.match(
        asked(`until_sure: ${wrong}`).issues[0]?.message ?? '',
        /^score\.until_sure must be a share such as 95%/,
      );
    const never = asked('estimator: spectrum, until_sure: 95%');
    assert.deepEqual(
      [never.experiment, never.issues.map(({ message }) => message)],
      [undefined, ['The estimator "spectrum" cannot stop when it is sure: it looks at no samples.']],
    );
    const shared = sampleExperiment.replace(
      'shared: []',
      'shared: [{ tensor: A, members: [elsewhere], count: 1 }]',
    );
    assert.deepEqual(
      issuesOf(shared).map(({ at }) => at),
      ['elsewhere'],
    );
  });

  it('reads from disk and throws the first error with its place', async () => {
    const path = join(folder.path, 'x.adapter.yaml');
    await writeFile(path, `\uFEFF${sampleExperiment.replaceAll('\n', '\r\n')}`);
    assert.equal((await readExperiment(path)).model, join(folder.path, 'models/tiny-llama'));
    await writeFile(path, planless.replace('method: floe', 'method: flo'));
    await rejectsWith(
      readExperiment(path),
      'experiment-invalid',
      /x\.adapter\.yaml:10:9: method must be one of/,
    );
    await writeFile(path, 'version: [\n');
    await rejectsWith(readExperiment(path), 'experiment-syntax', /x\.adapter\.yaml:\d+:\d+: /);
    await rejectsWith(readExperiment(join(folder.path, 'none')), 'experiment-missing');
  });
  const folder = temporaryFolder();

  it('never throws and keeps every range inside the text', () => {
    fc.assert(
      fc.property(halfTyped, (text) => {
        const { experiment, issues } = parseExperiment(text, file);
        assert.ok(experiment || issues.some(({ severity }) => severity === 'error'));
        for (const { range, message, next } of issues) {
          assert.ok(range.start >= 0 && range.start <= range.end && range.end <= text.length);
          assert.ok(message.length > 0 && next.length > 0);
        }
      }),
      { seed: 9, numRuns: 1500 },
    );
  }).timeout(60_000);
});

describe('quantities', () => {
  it('are read as people write them', () => {
    assert.equal(parseCount('200k'), 200_000);
    assert.equal(parseCount('1.5M'), 1_500_000);
    assert.equal(parseCount('1.1k'), 1100);
    assert.equal(parseCount(48), 48);
    assert.equal(parseCount('2B'), 2e9);
    for (const wrong of ['', 'k', '-3', 0, 1.5, '0.0001k', '1e999', NaN, '3 apples']) {
      assert.equal(parseCount(wrong), undefined, String(wrong));
    }
    assert.deepEqual(parseLayers('25%'), { share: 0.25 });
    assert.deepEqual(parseLayers(0.25), { share: 0.25 });
    assert.deepEqual(parseLayers('100 %'), { share: 1 });
    assert.deepEqual(parseLayers(8), { count: 8 });
    assert.deepEqual(parseLayers(1), { count: 1 });
    for (const wrong of ['0%', '101%', 0, -1, 1.5, 'all', '']) {
      assert.equal(parseLayers(wrong), undefined, String(wrong));
    }
  });
});

describe('the JSON schema', () => {
  it('of media/schemas is up to date: npx tsx scripts/schema.ts', async () => {
    const path = join(__dirname, '../../../media/schemas/experiment.schema.json');
    assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), experimentJsonSchema());
  });

  it('describes every key', () => {
    const undescribed: string[] = [];
    const visit = (path: (string | number)[]): void => {
      const info = schemaInfo(path);
      assert.ok(info, path.join('.'));
      if (path.length > 0 && path.at(-1) !== 0 && !info.description) undescribed.push(path.join('.'));
      for (const key of info.keys) visit([...path, key]);
      if (path.at(-1) === 'tasks') visit([...path, 0]);
    };
    visit([]);
    assert.deepEqual(undescribed, []);
  });

  it('is looked up by place', () => {
    assert.deepEqual(schemaInfo(['tasks', 0, 'kind'])?.values, [
      'classification',
      'causal-lm',
      'image-classification',
    ]);
    assert.equal(schemaInfo(['adapter', 'rank'])?.defaultText, '8');
    assert.equal(schemaInfo(['adapter', 'targets'])?.defaultText, '[q_proj, v_proj]');
    assert.deepEqual(schemaInfo(['budget'])?.keys, ['layers', 'parameters', 'experts', 'megabytes']);
    assert.ok(schemaInfo(['plan', 'modules', 'any.path', 'rank']));
    assert.equal(schemaInfo(['adapter', 'constructor']), undefined);
  });
});
