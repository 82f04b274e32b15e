import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { applyEvent } from '../../src/shared/applyEvent';
import { emptyRun } from '../../src/shared/runState';
import { rawSafetensors, type RawTensor } from '../unit/files/rawSafetensors';
import { editedFiles, errorOf } from './editedFiles';
import { answer, closeAll, folder, until } from './lab';

describe('the editor of adapter configs', function () {
  this.timeout(120_000);
  const { api, edit, leave } = editedFiles();
  const config = (): string => join(folder(), 'configs/adapter_config.json');
  const q = (layer: number): string => `model.layers.${layer}.self_attn.q_proj`;

  it('is there where it is asked for, on the base model', async () => {
    const { uri, page } = await edit('adapterConfig', config());
    await closeAll();
    await vscode.commands.executeCommand('vscode.open', uri);
    assert.ok(vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputText);
    const draft = await page.until(() => true, 'the plan');
    assert.equal(Object.keys(draft.plan.modules).length, 24);
    assert.deepEqual(draft.plan.modules[q(0)], { rank: 8, alpha: 16, experts: 1 });
    assert.deepEqual(draft.limits, []);
    assert.equal(draft.readOnly, undefined);
    assert.equal(page.heading()?.kind, 'adapter');
    const shown = page.events().reduce(applyEvent, emptyRun);
    assert.equal(shown.modules.length, 8 * 7);
    assert.equal(shown.experiment, 'configs/adapter_config.json');
  });

  it('is changed by the smallest edit that says it, undone and saved', async () => {
    const { document, page } = await edit('adapterConfig', config());
    const before = document.getText();
    await page.until(() => true, 'the plan');
    page.send({
      type: 'change',
      change: { change: 'rows', label: 'rank of layer 3 q', rows: { [q(3)]: { rank: 4 } } },
    });
    const changed = await page.until(({ undo }) => undo === 'rank of layer 3 q', 'the change');
    assert.deepEqual(changed.plan.modules[q(3)], { rank: 4, alpha: 8, experts: 1 });
    const lines = (text: string): string[] => text.split('\n');
    const differ = lines(document.getText()).filter((line) => !lines(before).includes(line));
    assert.ok(differ.length > 0 && differ.every((line) => /pattern|q_proj|\}/.test(line)), differ.join('\n'));
    assert.equal(changed.isApplied, false);
    page.send({ type: 'action', action: 'apply' });
    await page.until(({ isApplied }) => isApplied, 'the file to be saved');
    assert.equal(document.isDirty, false);
    page.send({ type: 'change', change: { change: 'undo' } });
    await page.until(({ redo }) => redo !== undefined, 'undo');
    assert.equal(document.getText(), before);
    await document.save();
  });

  it('refuses what PEFT cannot say, with the reason', async () => {
    const { document, page } = await edit('adapterConfig', config());
    const before = document.getText();
    await page.until(() => true, 'the plan');
    const refused = async (rows: Record<string, object>, reason: RegExp): Promise<void> => {
      page.send({ type: 'change', change: { change: 'rows', label: 'x', rows } });
      await page.until(({ refused: why }) => reason.test(why?.message ?? ''), String(reason));
      assert.equal(document.getText(), before);
    };
    await refused({ [q(3)]: { experts: 4 } }, /cannot have several experts/);
    await refused({ [q(3)]: { locked: true } }, /no place for a lock/);
    await refused({ [q(3)]: { rank: 1000 } }, /smaller side/);
    page.send({ type: 'change', change: { change: 'allocate', method: 'depth-linear' } });
    const linear = await page.until(({ method }) => method === 'depth-linear', 'the allocation');
    assert.ok(new Set(Object.values(linear.plan.modules).map(({ rank }) => rank)).size > 1);
  });

  it('says that the base model is not there, and asks where it lies', async () => {
    mkdirSync(join(folder(), 'own'));
    const file = join(folder(), 'own/adapter_config.json');
    const text = readFileSync(config(), 'utf8').replace('../model', 'nobody/no-model');
    writeFileSync(file, text);
    const { page } = await edit('adapterConfig', file);
    const error = await until(() => errorOf(page), 'the error');
    assert.equal(error.code, 'model-missing');
    assert.match(error.message, /nobody\/no-model of adapter_config\.json is not on this machine/);
    answer(api(), { folder: () => Promise.resolve(vscode.Uri.file(join(folder(), 'model'))) });
    page.send({ type: 'action', action: 'pickFolder' });
    await page.until(({ plan }) => Object.keys(plan.modules).length === 24, 'the plan on the picked model');
    leave(file);
  });

  it('shows the norms of trained weights, whose ranks are what they are', async () => {
    cpSync(join(folder(), 'configs'), join(folder(), 'own'), { recursive: true });
    const file = join(folder(), 'own/adapter_config.json');
    writeFileSync(
      file,
      readFileSync(config(), 'utf8').replace(
        '"target_modules": ["q_proj", "v_proj", "down_proj"]',
        `"target_modules": ["${q(2)}"]`,
      ),
    );
    const tensor = (letter: string, shape: number[], each: number): RawTensor => ({
      name: `base_model.model.${q(2)}.lora_${letter}.weight`,
      dtype: 'F32',
      shape,
      data: new Uint8Array(new Float32Array(8 * 128).fill(each).buffer),
    });
    writeFileSync(
      join(folder(), 'own/adapter_model.safetensors'),
      rawSafetensors([tensor('A', [8, 128], 0.5), tensor('B', [128, 8], 0.25)]),
    );
    const { page } = await edit('adapterConfig', file);
    const draft = await page.until(({ norms }) => norms !== undefined, 'the norms');
    // Each entry of B A is 8 · 0.5 · 0.25 = 1, and α/r is 2.
    assert.ok(Math.abs((draft.norms?.[q(2)] ?? 0) - 2 * 128) < 1e-6, JSON.stringify(draft.norms));
    assert.match(draft.readOnly ?? '', /adapter_model\.safetensors beside it has these ranks/);
    leave(file);
  });
});
