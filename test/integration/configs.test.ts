import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  answer,
  closeAll,
  folder,
  forgetModelFolders,
  lab,
  openNew,
  until,
  write,
  type TestApi,
} from './lab';
import { axolotl } from './axolotl';
import { codeOf, complete, hints, hover, lenses, ours } from './providers';

const peft = (more: string): string => `{
  "peft_type": "LORA",
  "base_model_name_or_path": "../model",
  "r": 8,
  "lora_alpha": 16,
  "target_modules": ["q_proj", "v_proj"]${more}
}
`;
describe("users' own configs in the editor", () => {
  let api: TestApi;
  before(async () => {
    api = await lab();
  });
  afterEach(async () => {
    answer(api, {});
    for (const key of ['codeLens', 'inlayHints', 'rankLenses', 'diagnostics']) {
      await vscode.workspace
        .getConfiguration('adapterLab')
        .update(key, undefined, vscode.ConfigurationTarget.Global);
    }
    await forgetModelFolders();
    await closeAll();
  });
  const setting = (key: string, value: unknown): Thenable<void> =>
    vscode.workspace.getConfiguration('adapterLab').update(key, value, vscode.ConfigurationTarget.Global);

  it('have two lenses and one on the rank, each of which can be turned off', async () => {
    const document = await openNew('own/lens.yml', axolotl);
    await until(async () => (await lenses(document)).length > 0, 'the lenses');
    assert.deepEqual(await lenses(document), ['3: $(play) Score Layers…', '3: More…', '4: rank 8 · change…']);
    await setting('rankLenses', false);
    await until(async () => (await lenses(document)).length === 2, 'the lens on the rank to go');
    await setting('codeLens', false);
    await until(async () => (await lenses(document)).length === 0, 'the lenses to go');
  });

  it('say what they come to on the model, in JSON and in YAML', async () => {
    for (const [name, text] of [
      ['own/hint.json', peft('')],
      ['own/hint.yml', axolotl],
    ] as const) {
      const document = await openNew(name, text);
      await until(async () => (await hints(document)).some((hint) => /^4: .*trainable/.test(hint)), name);
    }
  });

  it('become configs while they are typed', async () => {
    const document = await openNew('own/typed.yml', 'base_model: ../model\nadapter: lor\n');
    assert.deepEqual(await lenses(document), []);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(1, 12), 'a\nlora_r: 4');
    await vscode.workspace.applyEdit(edit);
    await until(async () => (await lenses(document)).length === 3, 'the lenses');
    await document.save();
  });

  it('have silent mistakes underlined, with a fix, and no more where that is turned off', async () => {
    const document = await openNew('own/wrong.json', peft(',\n  "rank_pattern": { "k_prj": 4, "q_prj": 4 }'));
    await until(() => ours(document).some((one) => codeOf(one) === 'D1'), 'D1');
    const [first] = ours(document).filter(
      (one) => codeOf(one) === 'D1' && document.getText(one.range).includes('q_prj'),
    );
    assert.ok(first);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      first.range,
    );
    const fix = actions.find(({ isPreferred, edit }) => isPreferred && edit);
    assert.ok(fix?.edit, actions.map(({ title }) => title).join('; '));
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.match(document.getText(), /"q_proj": 4/);
    await setting('diagnostics', false);
    await until(() => ours(document).length === 0, 'no diagnostic');
    await document.save();
  });

  it('have misspelled keys pointed to, and the keys of others left alone', async () => {
    const document = await openNew('own/slip.yml', axolotl.replace('lora_alpha', 'lora_aplha'));
    await until(() => ours(document).some((one) => codeOf(one) === 'unknown-key'), 'the misspelled key');
    const found = ours(document).filter((one) => codeOf(one) === 'unknown-key');
    assert.deepEqual(
      found.map(({ range }) => document.getText(range)),
      ['lora_aplha'],
    );
  });

  it('say what keys are for', async () => {
    const document = await openNew('own/hover.yml', axolotl);
    await until(async () => (await hover(document, 'lora_r')).includes('**lora_r**'), 'the hover');
    assert.match(await hover(document, 'lora_r'), /trainable parameters/);
    assert.match(await hover(document, 'lora_alpha'), /\| 2\.0 \|/);
    assert.equal(await hover(document, 'micro_batch_size'), '');
  });

  it('complete keys, modules and exact patterns', async () => {
    const yaml = await openNew('own/complete.yml', `${axolotl}lora_rank_pattern:\n  \nlora_\n`);
    await until(async () => (await complete(yaml, '  - v_proj\n')).length >= 0, 'completion');
    assert.ok((await complete(yaml, '- q_')).includes('down_proj'));
    assert.ok((await complete(yaml, '\nlora_dropout'.slice(0, 0) + '  \nlora_')).includes('lora_dropout'));
    assert.ok((await complete(yaml, 'lora_rank_pattern:\n  ')).includes('model.layers.0.self_attn.q_proj'));
    const json = await openNew('own/complete.json', peft(',\n  "exclude_modules": [""]'));
    assert.ok((await complete(json, '"exclude_modules": ["')).includes('v_proj'));
    await yaml.save();
  });

  it('say once that the base model is missing, and find it where the user says it is', async () => {
    const told: string[] = [];
    answer(api, {
      ask: ({ message, buttons }) => {
        told.push(message);
        return Promise.resolve(buttons[0]);
      },
      folder: () => Promise.resolve(vscode.Uri.file(join(folder(), 'model'))),
    });
    const document = await openNew('own/missing.yml', axolotl.replace('../model', 'nobody/nothing'));
    await until(() => told.length > 0, 'the question');
    assert.match(told[0] ?? '', /nobody\/nothing is not on this machine/);
    await until(async () => (await hints(document)).some((hint) => hint.includes('trainable')), 'the hints');
    assert.equal(told.length, 1);
    const settings = vscode.workspace.getConfiguration('adapterLab').inspect('modelFolders');
    assert.deepEqual(settings?.workspaceValue, { 'nobody/nothing': join(folder(), 'model') });
  });

  it('get another rank as the smallest edit, with what each would cost', async () => {
    const document = await openNew('own/rank.yml', axolotl);
    let offered: readonly vscode.QuickPickItem[] = [];
    answer(api, {
      pick: async (items) => {
        const found = await items;
        offered = found;
        return found.find(({ label }) => label === '16');
      },
    });
    await vscode.commands.executeCommand('adapterLab.changeRank', document.uri, { kind: 'config', index: 0 });
    assert.equal(document.getText(), axolotl.replace('lora_r: 8', 'lora_r: 16'));
    assert.match(
      offered.find(({ label }) => label === '16')?.detail ?? '',
      /parameters, .* % of the model · α\/r 1$/,
    );
  });

  it('leave experiments to their own features', async () => {
    write('own/plain.adapter.yaml', 'version: 1\n');
    const document = await vscode.workspace.openTextDocument(join(folder(), 'own/plain.adapter.yaml'));
    assert.deepEqual(
      (await lenses(document)).filter((lens) => lens.includes('Apply')),
      [],
    );
  });
});
