import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { answer, closeAll, folder, lab, openNew, quickExperiment, write, type TestApi } from './lab';

const axolotl = 'base_model: model\nadapter: lora\nlora_r: 8\n';

describe("users' own configs that change, or lie elsewhere", function () {
  this.timeout(60_000);
  let api: TestApi;
  before(async () => {
    api = await lab();
  });
  afterEach(async () => {
    answer(api, {});
    await closeAll();
  });

  it('get no plan where they were edited after they were read', async () => {
    const call = 'LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"])';
    const source = `from peft import LoraConfig\nmodel = AutoModel.from_pretrained("../model")\na = ${call}\nb = ${call}\n`;
    const document = await openNew('own/two.py', source);
    const row = 'model.layers.0.self_attn.q_proj: { rank: 4, alpha: 8, experts: 1 }';
    write(
      'own/two.adapter.yaml',
      `${quickExperiment(12).replace('model: model', 'model: ../model').replace('data/', '../data/')}target_config: two.py\nplan:\n  modules:\n    ${row}\n`,
    );
    const edited = `# ${'x'.repeat(30)}\n${source}`;
    answer(api, {
      pick: async (items) => {
        const edit = new vscode.WorkspaceEdit();
        edit.insert(document.uri, new vscode.Position(0, 0), edited.slice(0, -source.length));
        await vscode.workspace.applyEdit(edit);
        return (await items)[0];
      },
      ask: ({ buttons }) => Promise.resolve(buttons[0]),
    });
    const experiment = vscode.Uri.file(join(folder(), 'own/two.adapter.yaml'));
    const applied = await vscode.commands.executeCommand('adapterLab.applyPlan', experiment);
    assert.equal(
      (applied as { error?: { code: string } }).error?.code,
      'plan-outdated',
      JSON.stringify(applied),
    );
    assert.equal(document.getText(), edited);
    await document.save();
  });

  it('find the experiment beside them outside of the workspace as well', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'adapter-lab-outside-'));
    const row = 'model.layers.0.self_attn.q_proj: { rank: 4, alpha: 8, experts: 1 }';
    writeFileSync(join(outside, 'x.yml'), axolotl);
    writeFileSync(
      join(outside, 'x.adapter.yaml'),
      `${quickExperiment(12)}target_config: x.yml\nplan:\n  modules:\n    ${row}\n`,
    );
    const document = await vscode.workspace.openTextDocument(join(outside, 'x.yml'));
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      20,
    );
    const titles = lenses.map(({ command }) => command?.title ?? '');
    assert.ok(
      titles.some((title) => title.includes('Apply Plan…')),
      titles.join(),
    );
    rmSync(outside, { recursive: true });
  });
});
