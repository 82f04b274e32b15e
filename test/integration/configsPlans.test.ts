import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { axolotl } from './axolotl';
import { answer, closeAll, folder, lab, openNew, quickExperiment, until, write, type TestApi } from './lab';
import { hover, lenses } from './providers';

describe("users' own configs and their plans", () => {
  let api: TestApi;
  before(async () => {
    api = await lab();
  });
  afterEach(async () => {
    answer(api, {});
    await closeAll();
  });

  it('get an experiment beside them that points back, and its scores', async () => {
    const document = await openNew('own/new.yml', axolotl);
    const asked: string[] = [];
    answer(api, {
      step: async (items, { title, step, totalSteps }) => {
        asked.push(`${title} ${step}/${totalSteps}`);
        return (await items).filter(
          ({ label, description }) => label === 'spam' && /^data/.test(description ?? ''),
        );
      },
    });
    const made = await vscode.commands.executeCommand<vscode.Uri>('adapterLab.scoreConfig', document.uri);
    assert.equal(made.fsPath, join(folder(), 'own/new.adapter.yaml'));
    // Text and label are plain: only the data is asked for.
    assert.deepEqual(asked, ['Score the layers of own/new.yml 1/1']);
    const text = readFileSync(made.fsPath, 'utf8');
    assert.match(text, /^model: \.\.\/model #/m);
    assert.match(
      text,
      /^ {4}train: \.\.\/data\/spam\.train\.jsonl #.*\n {4}validation: .*\n {4}test: .*\n {4}text: text\n {4}label: label # ham, spam$/m,
    );
    assert.match(text, /targets: \[q_proj, v_proj\], rank: 8, alpha: 16/);
    assert.match(text, /^target_config: new\.yml$/m);
    await vscode.commands.executeCommand('adapterLab.allocate', made);
    await vscode.window.showTextDocument(document);
    await until(
      async () => (await lenses(document)).some((lens) => lens.includes('Apply Plan…')),
      'the lens',
    );
  });

  it('get the plan after a look at it, as one change that Undo takes back', async () => {
    const document = await vscode.workspace.openTextDocument(join(folder(), 'own/new.yml'));
    await vscode.window.showTextDocument(document);
    let tabs: string[] = [];
    answer(api, {
      ask: ({ buttons }) => {
        tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
        return Promise.resolve(buttons[0]);
      },
    });
    const applied = await vscode.commands.executeCommand<vscode.Uri>('adapterLab.applyPlan', document.uri);
    assert.equal(applied?.fsPath, document.uri.fsPath, JSON.stringify(applied));
    assert.ok(
      tabs.some((label) => label.includes('with the plan of new.adapter.yaml')),
      tabs.join(),
    );
    assert.notEqual(document.getText(), axolotl);
    assert.equal(document.isDirty, false);
    assert.match(document.getText(), /^# mine\nbase_model: \.\.\/model # the sample's$/m);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), axolotl);
    await document.save();
  });

  it('export their plan for another trainer', async () => {
    const out = join(folder(), 'own/exported.json');
    answer(api, {
      pick: async (items) => (await items).find(({ label }) => label === 'PEFT'),
      save: () => Promise.resolve(vscode.Uri.file(out)),
    });
    const config = vscode.Uri.file(join(folder(), 'own/new.yml'));
    const exported = await vscode.commands.executeCommand<vscode.Uri>('adapterLab.exportPlan', config);
    assert.equal(exported?.fsPath, out, JSON.stringify(exported));
    assert.match(readFileSync(out, 'utf8'), /"peft_type": "LORA"/);
  });

  it('replace no second file of an export before they asked', async () => {
    const out = join(folder(), 'own/experts.json');
    write('own/experts.ranks.json', 'mine\n');
    const config = vscode.Uri.file(join(folder(), 'own/new.yml'));
    const asked: string[] = [];
    const exported = (press?: string) => {
      answer(api, {
        pick: async (items) => (await items).find(({ label }) => label === 'Modules as JSON'),
        save: () => Promise.resolve(vscode.Uri.file(out)),
        ask: ({ message }) => {
          asked.push(message);
          return Promise.resolve(press);
        },
      });
      return vscode.commands.executeCommand<vscode.Uri | undefined>('adapterLab.exportPlan', config);
    };
    const second = join(folder(), 'own/experts.ranks.json');
    assert.equal(await exported(), undefined);
    assert.deepEqual([readFileSync(second, 'utf8'), existsSync(out)], ['mine\n', false]);
    assert.equal((await exported('Replace'))?.fsPath, out);
    assert.notEqual(readFileSync(second, 'utf8'), 'mine\n');
    // The third says what the format cannot hold.
    assert.deepEqual(
      asked.slice(0, 2),
      Array.from({ length: 2 }, () => 'Replace experts.ranks.json as well?'),
    );
  });

  it('take scores that were measured elsewhere as a run', async () => {
    write(
      'own/scores.csv',
      'path,score\nmodel.layers.2.self_attn.q_proj,3\nmodel.layers.3.self_attn.v_proj,1\n',
    );
    answer(api, { file: () => Promise.resolve(vscode.Uri.file(join(folder(), 'own/scores.csv'))) });
    const config = vscode.Uri.file(join(folder(), 'own/new.yml'));
    const run = await vscode.commands.executeCommand<string>('adapterLab.importScores', config);
    assert.equal(typeof run, 'string', JSON.stringify(run));
    const experiment = vscode.Uri.file(join(folder(), 'own/new.adapter.yaml'));
    answer(api, { ask: ({ buttons }) => Promise.resolve(buttons[0]) });
    const plan = await vscode.commands.executeCommand<{ plan?: { modules: object } }>(
      'adapterLab.allocate',
      experiment,
    );
    assert.ok(
      Object.keys(plan.plan?.modules ?? {}).includes('model.layers.2.self_attn.q_proj'),
      JSON.stringify(plan),
    );
  });

  it('say why a rank is what it is on a clone that has no runs', async () => {
    const row = 'model.layers.1.self_attn.q_proj';
    const provenance = {
      ...{
        version: 1,
        experiment: 'clone.adapter.yaml',
        run: '20260101-000000-clone-score',
        adapterLab: '0.1.0',
      },
      ...{
        method: 'floe',
        budget: {},
        seed: 1,
        model: { name: 'model', hash: 'x' },
        summary: '',
        verdict: '',
      },
      ...{ totals: { parameters: 1, experts: 1, modules: 1, layers: 1 }, scoresHash: 'x' },
      tasks: [
        {
          ...{
            task: 'spam',
            dataHash: 'x',
            estimator: 'fisher',
            labels: 'empirical',
            samples: 8,
            device: 'wasm',
          },
          stability: { halvesKendallTau: 1, topKAgreement: 1 },
          scores: { 'model.layers.*.self_attn.q_proj': [1, 3] },
        },
      ],
    };
    write('clone/clone.provenance.json', JSON.stringify(provenance));
    write('clone/clone.yml', `${axolotl}lora_rank_pattern:\n  ${row}: 4\n`);
    const plan = `plan:\n  modules:\n    ${row}: { rank: 4, alpha: 8, experts: 1 }\n`;
    const text = quickExperiment(8).replace('model: model', 'model: ../model').replace('data/', '../data/');
    const experiment = await openNew('clone/clone.adapter.yaml', `${text}target_config: clone.yml\n${plan}`);
    assert.match(await hover(experiment, row), /spam \| 3 \|[^]*From `clone\.provenance\.json`/);
    const config = await vscode.workspace.openTextDocument(join(folder(), 'clone/clone.yml'));
    await vscode.window.showTextDocument(config);
    await until(async () => (await hover(config, row)).includes('75.0 % of the score'), 'the reason');
  });
});
