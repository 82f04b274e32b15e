import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { rawSafetensors } from '../unit/files/rawSafetensors';
import { answer, closeAll, folder, lab, openNew, quickExperiment, until, type TestApi } from './lab';

/** The sample's model as if it had been quantized to FP8: one tensor of it is. */
function quantize(name: string): void {
  const dir = join(folder(), 'quantized', name);
  mkdirSync(dir, { recursive: true });
  const config = JSON.parse(readFileSync(join(folder(), 'model/config.json'), 'utf8')) as object;
  const told = {
    _name_or_path: `org/${name.replace('-FP8', '')}`,
    quantization_config: { quant_method: 'fp8' },
  };
  writeFileSync(join(dir, 'config.json'), JSON.stringify({ ...config, ...told }));
  const weight = { name: 'model.layers.0.self_attn.q_proj.weight', dtype: 'F8_E4M3', shape: [8, 8] } as const;
  writeFileSync(join(dir, 'model.safetensors'), rawSafetensors([weight]));
  cpSync(join(folder(), 'model/tokenizer.json'), join(dir, 'tokenizer.json'));
}

describe('an experiment on a quantized model', function () {
  this.timeout(120_000);
  let api: TestApi;
  const text = quickExperiment(8).replace('model: model #', 'model: quantized/Tiny-1B-FP8 #');
  before(async () => {
    api = await lab();
    quantize('Tiny-1B-FP8');
  });
  afterEach(async () => {
    answer(api, {});
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await closeAll();
  });

  it('is refused by name, and the button writes the picked folder as one edit that Undo takes back', async () => {
    const document = await openNew('quantized.adapter.yaml', text);
    const asked: string[] = [];
    const picks = [join(folder(), 'quantized/Tiny-1B-FP8'), join(folder(), 'model')];
    answer(api, {
      ask: ({ message, buttons }) => {
        asked.push(message);
        return Promise.resolve(buttons.find((button) => button === 'Pick Folder…'));
      },
      folder: ({ defaultUri }) => {
        assert.equal(defaultUri?.fsPath, join(folder(), 'quantized'));
        return Promise.resolve(vscode.Uri.file(picks.shift()!));
      },
    });
    const { error } = (await vscode.commands.executeCommand('adapterLab.runExperiment', document.uri)) as {
      error?: { code: string };
    };
    assert.equal(error?.code, 'model-dtype-unsupported');
    await until(() => document.getText() !== text, 'the edit');
    assert.equal(document.getText(), text.replace('quantized/Tiny-1B-FP8', 'model'));
    // Once for the run, once for the folder that was just as wrong.
    assert.equal(asked.length, 2);
    assert.match(
      asked[0]!,
      /q_proj\.weight" in .*is quantized \(FP8, 8 bits\).*the unquantized model is org\/Tiny-1B\./,
    );
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), text);
  });

  it('has its model underlined, with a fix that picks another', async () => {
    const document = await openNew('underlined.adapter.yaml', text);
    const found = (): vscode.Diagnostic | undefined =>
      vscode.languages.getDiagnostics(document.uri).find(({ code }) => code === 'model-dtype-unsupported');
    const diagnostic = await until(found, 'the diagnostic');
    assert.equal(document.getText(diagnostic.range), 'quantized/Tiny-1B-FP8');
    assert.equal(diagnostic.severity, vscode.DiagnosticSeverity.Warning);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      diagnostic.range,
    );
    const { command } = actions.find(({ title }) => title === 'Pick Folder…') ?? {};
    assert.ok(command, actions.map(({ title }) => title).join('; '));
    answer(api, { folder: () => Promise.resolve(vscode.Uri.file(join(folder(), 'model'))) });
    await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
    assert.match(document.getText(), /^model: model # the sample's$/m);
    await until(() => found() === undefined, 'no diagnostic');
  });
});
