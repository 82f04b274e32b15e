import assert from 'node:assert/strict';
import { homedir, hostname } from 'node:os';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { closeAll, folder, lab, openNew, quickExperiment, write } from './lab';

describe('Diagnostic Report', function () {
  this.timeout(120_000);
  afterEach(closeAll);

  it('is a text of this window without its names and paths', async () => {
    const api = await lab();
    const name = 'Grünspecht42';
    const broken = quickExperiment(4).replace('model: model #', `model: models/${name}-7b #`);
    const { uri } = await openNew(`${name}.adapter.yaml`, broken);
    const failed: { error?: { code: string } } = await vscode.commands.executeCommand(
      'adapterLab.runExperiment',
      uri,
    );
    assert.equal(failed.error?.code, 'model-missing');
    write(`${name}/adapter_config.json`, '{ "peft_type": "LORA", "r": 8, "target_modules": ["q_proj"] }');
    const configuration = vscode.workspace.getConfiguration('adapterLab');
    const { Global } = vscode.ConfigurationTarget;
    await configuration.update('modelFolders', { [`org/${name}`]: `/disk/${name}` }, Global);
    await configuration.update('statusBar', 'running', Global);
    let text: string;
    try {
      text = await vscode.commands.executeCommand<string>('adapterLab.diagnosticReport');
    } finally {
      await configuration.update('modelFolders', undefined, Global);
      await configuration.update('statusBar', undefined, Global);
    }
    const { document } = vscode.window.activeTextEditor ?? {};
    assert.deepEqual(
      [document?.languageId, document?.isUntitled, document?.getText()],
      ['markdown', true, text],
    );
    assert.match(text, /^# .*\n\nNothing of this was sent anywhere/);
    assert.match(text, new RegExp(`\\| Adapter Lab \\| ${api.version} \\|`));
    assert.match(text, /\| adapterLab\.modelFolders \| 1 entries \| user \|/);
    assert.match(text, /\| adapterLab\.statusBar \| running \| user \|/);
    assert.match(text, /\| wasm \| [\d.]+ GFLOP\/s \|/);
    assert.match(text, /^State: ready, version /m);
    assert.match(text, /^- experiments: \d+$/m);
    assert.match(text, /^- configs of trainers: .*\d+ peft/m);
    assert.match(text, /^- runs: .*\d+ done/m);
    assert.match(text, /`model-missing`$/m);
    assert.match(text, /\[error\] \[model-missing\]$/m, 'the log is there, and of its errors the codes');
    for (const secret of [name, folder(), basename(folder()), homedir(), hostname(), '/disk'])
      assert.ok(!text.includes(secret), `${secret}\n${text}`);
  });
});
