import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commands } from '../../src/shared/ids';
import { answer, lab } from './lab';

describe('what the extension gives', function () {
  this.timeout(120_000);

  it('is every command of the manifest', async () => {
    const known = await vscode.commands.getCommands(true);
    assert.deepEqual(
      Object.keys(commands).filter((id) => !known.includes(id)),
      [],
    );
  });

  it('is a choice of devices, with their speed or why they are refused', async () => {
    const api = await lab();
    const rows: vscode.QuickPickItem[] = [];
    answer(api, {
      pick: async (items) => {
        const all = await items;
        rows.push(...all);
        return all.find(({ label }) => label === 'wasm');
      },
    });
    const setting = (): unknown => vscode.workspace.getConfiguration('adapterLab').get('device');
    assert.equal(setting(), 'auto');
    try {
      assert.equal(await vscode.commands.executeCommand('adapterLab.selectDevice'), 'wasm');
      assert.equal(setting(), 'wasm');
      assert.match(rows.find(({ label }) => label === 'wasm')?.description ?? '', /^[\d.]+ GFLOP\/s/);
      for (const { description, detail } of rows) assert.ok(description && detail);
    } finally {
      const { Global } = vscode.ConfigurationTarget;
      await vscode.workspace.getConfiguration('adapterLab').update('device', undefined, Global);
    }
  });

  it('is an error with its next step where the setting names no Node', async () => {
    const api = await lab();
    const { Global } = vscode.ConfigurationTarget;
    const configuration = vscode.workspace.getConfiguration('adapterLab');
    const pid = api.enginePid;
    if (pid !== undefined) process.kill(pid, 'SIGTERM');
    while (api.enginePid !== undefined) await new Promise((resolve) => setTimeout(resolve, 50));
    await configuration.update('nodePath', '/no/such/node', Global);
    answer(api, { pick: async (items) => (await items)[0] });
    try {
      const failed: unknown = await vscode.commands.executeCommand('adapterLab.selectDevice');
      const { error } = failed as { error: { code: string; next: string } };
      assert.equal(error.code, 'engine-node-missing');
      assert.match(error.next, /Node 20/);
    } finally {
      await configuration.update('nodePath', undefined, Global);
    }
  });
});
