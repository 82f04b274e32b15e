import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parseExperiment } from '../../../../src/configs/experiment/parse';
import { readTrainerConfigs } from '../../../../src/configs/trainers/read';
import { draftOf } from '../../../../src/extension/newExperiment/askPlan';
import { budgetCosts, readBudget } from '../../../../src/extension/newExperiment/budgets';
import { configDraft } from '../../../../src/extension/newExperiment/configDraft';
import type { Draft } from '../../../../src/extension/newExperiment/draft';
import { experimentFile, experimentText } from '../../../../src/extension/newExperiment/experimentText';
import { abilityOf, lookAtModel, type FoundModel } from '../../../../src/extension/newExperiment/foundModel';
import { methodsFor } from '../../../../src/extension/newExperiment/methods';
import { usualTargets } from '../../../../src/extension/newExperiment/targets';
import { readModelFolder } from '../../../../src/files/modelFolder';
import { matchTargets } from '../../../../src/planning/checkRequest';
import { requireAllocatable } from '../../../../src/planning/planRequest';

const root = path.resolve(__dirname, '../../../..');
const sample = path.join(root, 'media/sample');
const models = path.join(root, 'test/reference/data');
const task: Draft['tasks'][number] = {
  name: 'spam',
  kind: 'classification',
  train: path.join(sample, 'data/spam.train.jsonl'),
  validation: path.join(sample, 'data/spam.validation.jsonl'),
  text: 'text',
  label: 'label',
  rows: 'about 2,900 rows',
  classes: ['ham', 'spam'],
};
const draft: Draft = {
  file: path.join(sample, 'own/spam.adapter.yaml'),
  root: sample,
  model: path.join(sample, 'model'),
  modelName: 'model',
  tasks: [task],
  method: 'floe',
  adapter: { targets: ['q_proj'], rank: 8, alpha: 16, experts: 1 },
  budget: 'layers: 50%',
};

async function found(folder: string): Promise<FoundModel> {
  const model = await lookAtModel(folder, path.basename(folder));
  assert.ok(model && !('refused' in model), JSON.stringify(model));
  return model;
}

describe('the text of a new experiment', () => {
  it('says what was chosen, with paths from the file on and a word behind what is not plain', () => {
    const text = experimentText(draft);
    assert.match(text, /^model: \.\.\/model # a Hugging Face folder$/m);
    assert.match(text, /^ {4}train: \.\.\/data\/spam\.train\.jsonl # about 2,900 rows$/m);
    assert.match(text, /^ {4}label: label # ham, spam$/m);
    const { experiment, issues } = parseExperiment(text, draft.file);
    assert.deepEqual(issues, []);
    assert.equal(experiment?.model, draft.model);
    assert.deepEqual(
      [experiment.tasks[0]?.train, experiment.tasks[0]?.validation],
      [task.train, task.validation],
    );
    assert.deepEqual(experiment.budget, { layers: { share: 0.5 } });
  });

  it('names what lies elsewhere by its whole path', () => {
    const elsewhere = experimentText({ ...draft, model: '/models/llama', root: sample });
    assert.match(elsewhere, /^model: \/models\/llama /m);
    assert.equal(parseExperiment(elsewhere, draft.file).experiment?.model, path.resolve('/models/llama'));
  });

  it('holds whatever names, columns and prompts are like', () => {
    for (const name of [
      '2024',
      '1e3',
      'null',
      'true',
      '.5',
      'a b',
      'é',
      'c#1 #2',
      "it's",
      '- x',
      'a: b',
      '"',
      '{x}',
      '\u2028',
    ]) {
      const model = path.join(sample, name);
      const train = path.join(sample, 'd', name);
      const tasks = [
        { ...task, name, train, text: name, label: name, prompt: `{text} ${name}\n:`, classes: [name] },
      ];
      const text = experimentText({ ...draft, model, modelName: name, tasks });
      const { experiment, issues } = parseExperiment(text, draft.file);
      assert.deepEqual(issues, [], text);
      const [one] = experiment?.tasks ?? [];
      assert.deepEqual(
        [experiment?.model, one?.train, one?.name, one?.text, one?.label, one?.prompt],
        [model, train, name, name, name, `{text} ${name}\n:`],
      );
    }
  });

  it('is one that can be run, for every method on every kind of model', async () => {
    const folders = readdirSync(models, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    assert.ok(folders.length > 30);
    for (const { name } of folders) {
      const model = await found(path.join(models, name));
      for (const { method } of methodsFor(1)) {
        const text = experimentText({
          ...draftOf({ columns: [], notes: [], method }, model, draft.file, sample),
          tasks: [task],
        });
        const { experiment, issues } = parseExperiment(text, draft.file);
        assert.ok(experiment && issues.length === 0, `${name} ${method}: ${JSON.stringify(issues)}`);
        requireAllocatable(experiment, model.modules);
        assert.match(
          budgetCosts(experiment, model),
          /^\d+ of \d+ layers, at most [\d.,k ]+ parameters, [\d.]+ % of/,
        );
      }
    }
  });

  it('has a name that is free', () => {
    const taken = path.join(sample, 'configs/axolotl.adapter.yaml');
    const file = experimentFile(path.join(sample, 'configs/axolotl.yml'), (name) => name === taken);
    assert.equal(file, path.join(sample, 'configs/axolotl-2.adapter.yaml'));
  });
});

describe('an experiment for a config', () => {
  it('has what the config says, and points back to it', () => {
    const yaml = `base_model: ../model
adapter: lora
lora_r: 4
lora_alpha: 8
lora_target_modules: [q_proj, v_proj]
`;
    const [config] = readTrainerConfigs(yaml, 'yaml').configs;
    assert.ok(config);
    const target = path.join(sample, 'configs/axolotl.yml');
    const { file, model, tasks } = draft;
    const text = experimentText(
      configDraft({ file, root: sample, model, tasks, target, config, resolved: undefined }),
    );
    const { experiment, issues } = parseExperiment(text, file);
    assert.deepEqual(issues, []);
    assert.equal(experiment?.targetConfig, target);
    assert.deepEqual(experiment.adapter.targets, ['q_proj', 'v_proj']);
    assert.deepEqual([experiment.adapter.rank, experiment.adapter.alpha, experiment.method], [4, 8, 'floe']);
  });
});

describe('targets of a new experiment', () => {
  it('are queries, values and the way out of the mlp, and no module besides', async () => {
    const targets = async (name: string): Promise<string[]> =>
      usualTargets((await readModelFolder(path.join(models, name))).modules);
    assert.deepEqual(await targets('llama-1'), ['q_proj', 'v_proj', 'down_proj']);
    assert.deepEqual(await targets('gpt2-1'), ['c_attn', 'mlp.c_proj']);
    // BERT calls two matrices output.dense.
    assert.deepEqual(await targets('bert-1'), ['query', 'value']);
    assert.deepEqual(await targets('phi3-1'), ['qkv_proj', 'down_proj']);
    const { modules } = await readModelFolder(path.join(models, 'gpt2-1'));
    const roles = modules.filter(({ path: at }) => matchTargets(modules, ['c_attn', 'mlp.c_proj']).has(at));
    assert.deepEqual([...new Set(roles.map(({ role }) => role))], ['qkv', 'down']);
  });
});

describe('what a model can learn', () => {
  it('is told by its class and type', async () => {
    const ability = async (name: string): Promise<string> =>
      abilityOf(await readModelFolder(path.join(models, name)));
    assert.equal(await ability('llama-1'), 'language');
    assert.equal(await ability('llama-cls-1'), 'classes');
    assert.equal(await ability('roberta-1'), 'classes');
    assert.equal(await ability('vit-1'), 'images');
  });

  it('is asked of folders with weights only, and what cannot be scored says why', async () => {
    assert.equal(await lookAtModel(path.join(sample, 'configs'), 'configs'), undefined);
    assert.equal(await lookAtModel(path.join(sample, 'none'), 'none'), undefined);
    assert.equal(
      (await found(path.join(sample, 'model'))).facts,
      'LlamaForCausalLM, 8 layers, 1.8 M parameters',
    );
    const lora = await lookAtModel(path.join(models, 'llama-1', 'lora'), 'lora');
    assert.ok(lora === undefined || 'refused' in lora);
  });
});

describe('a limit as people say it', () => {
  it('becomes the key that it is about', () => {
    const read = (typed: string): string => {
      const budget = readBudget(typed);
      return 'wrong' in budget ? 'wrong' : budget.text;
    };
    assert.equal(read(' 25 % '), 'layers: 25%');
    assert.equal(read('8 layers'), 'layers: 8');
    assert.equal(read('0.5 layers'), 'layers: 0.5');
    assert.equal(read('200k'), 'parameters: 200k');
    assert.equal(read('1.5M parameters'), 'parameters: 1.5M');
    assert.equal(read('8 MB'), 'megabytes: 8');
    assert.equal(read('48 experts'), 'experts: 48');
    assert.equal(read('parameters: 2M'), 'parameters: 2M');
    for (const typed of ['', 'x', '150%', '0', '-3', '1.5 experts', 'MB', '2 M B', 'layers: all'])
      assert.equal(read(typed), 'wrong', typed);
  });

  it('is written so that it parses to the same', () => {
    for (const typed of ['25%', '8 layers', '200k', '8 MB', '48 experts']) {
      const budget = readBudget(typed);
      assert.ok(!('wrong' in budget));
      const { experiment } = parseExperiment(experimentText({ ...draft, budget: budget.text }), draft.file);
      assert.deepEqual(experiment?.budget, budget.budget, typed);
    }
  });
});
