import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { editors } from '../../src/shared/ids';
import type { PlanFile } from '../../src/shared/planFile';
import { applyEvent } from '../../src/shared/applyEvent';
import { emptyRun } from '../../src/shared/runState';
import { editedFiles, errorOf, newestRun } from './editedFiles';
import { closeAll, folder, until } from './lab';

describe('the editor of plan files', function () {
  this.timeout(120_000);
  const { edit, restore } = editedFiles();
  const planOf = ({ getText }: vscode.TextDocument): PlanFile => JSON.parse(getText()) as PlanFile;

  it("opens by itself, on the run's model and scores", async () => {
    const file = join(await newestRun(), 'plan.json');
    const { uri, document, page } = await edit('planFile', file);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('vscode.open', uri);
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputCustom);
    assert.equal(input.viewType, editors.planFile);
    const draft = await page.until(() => true, 'the plan');
    assert.deepEqual(draft.plan, planOf(document).plan);
    assert.equal(draft.file, 'quickstart.adapter.yaml');
    assert.equal(page.heading()?.kind, 'plan');
    assert.equal(page.heading()?.experiment, 'quickstart.adapter.yaml');
    const shown = page.events().reduce(applyEvent, emptyRun);
    assert.equal(shown.status, 'done');
    assert.deepEqual(
      shown.tasks.map(({ name, scores }) => [name, scores.length]),
      [
        ['sentiment', shown.modules.length],
        ['spam', shown.modules.length],
        ['gloss', shown.modules.length],
      ],
    );
  });

  it('is changed, undone, redone and saved as the text that it is', async () => {
    const { document, page } = await edit('planFile', join(await newestRun(), 'plan.json'));
    const before = document.getText();
    const draft = await page.until(() => true, 'the plan');
    const [path, row] = Object.entries(draft.plan.modules)[0]!;
    page.send({
      type: 'change',
      change: { change: 'rows', label: 'rank of it', rows: { [path]: { rank: 2 } } },
    });
    const changed = await page.until(({ undo }) => undo === 'rank of it', 'the change');
    assert.equal(document.isDirty, true);
    assert.equal(changed.plan.modules[path]?.rank, 2);
    assert.deepEqual(planOf(document).plan, changed.plan);
    assert.deepEqual(planOf(document).totals, changed.totals);
    assert.equal(planOf(document).byHand, true);
    page.send({ type: 'change', change: { change: 'undo' } });
    const undone = await page.until(({ redo }) => redo === 'rank of it', 'undo');
    assert.equal(document.getText(), before);
    assert.deepEqual(undone.plan.modules[path], row);
    page.send({ type: 'change', change: { change: 'redo' } });
    await page.until(({ undo }) => undo === 'rank of it', 'redo');
    await document.save();
    assert.equal(document.isDirty, false);
    assert.equal(
      (JSON.parse(readFileSync(document.uri.fsPath, 'utf8')) as PlanFile).plan.modules[path]?.rank,
      2,
    );
  });

  it('is allocated anew, under a budget that stays in the file', async () => {
    const { document, page } = await edit('planFile', join(await newestRun(), 'plan.json'));
    page.send({
      type: 'change',
      change: { change: 'allocate', method: 'proportional', budget: { layers: null, experts: 10 } },
    });
    const draft = await page.until(({ method }) => method === 'proportional', 'the allocation');
    assert.deepEqual(draft.limits, [{ limit: 'experts', most: 10, used: 10 }]);
    assert.deepEqual(planOf(document).budget, { experts: 10 });
    page.send({ type: 'change', change: { change: 'allocate', method: 'lily' } });
    const refused = await page.until(({ refused: why }) => why !== undefined, 'the refusal');
    assert.equal(refused.refused?.code, 'method-unavailable');
    assert.equal(refused.method, 'proportional');
  });

  it('shows what is typed beside it, what is wrong with it, and opens as text', async () => {
    const { uri, document, page } = await edit('planFile', join(await newestRun(), 'plan.json'));
    const before = document.getText();
    await page.until(() => true, 'the plan');
    const type = async (text: string): Promise<void> => {
      const edit = new vscode.WorkspaceEdit();
      edit.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), text);
      await vscode.workspace.applyEdit(edit);
    };
    await type(before.replace('"rank": 8', '"rank": 5'));
    await page.until(
      ({ plan }) => Object.values(plan.modules).some(({ rank }) => rank === 5),
      'what was typed',
    );
    await type(before.replace('"version": 1,', '"version": 1'));
    const error = await until(() => errorOf(page), 'the error');
    assert.equal(error.code, 'plan-missing');
    assert.match(error.message, /plan\.json is not valid JSON in line 3/);
    assert.equal(page.draft(), undefined);
    page.send({ type: 'action', action: 'openText' });
    await until(
      () => vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputText,
      'the text',
    );
    await type(before);
    await page.until(() => true, 'the corrected plan');
  });

  it('goes into its experiment', async () => {
    const experiment = join(folder(), 'quickstart.adapter.yaml');
    const journal = join(await newestRun(), 'events.jsonl');
    for (const file of [experiment, journal]) restore(file);
    const { document, page } = await edit('planFile', join(await newestRun(), 'plan.json'));
    page.send({
      type: 'change',
      change: { change: 'allocate', method: 'uniform', budget: { layers: { count: 2 } } },
    });
    const draft = await page.until(({ method }) => method === 'uniform', 'the allocation');
    assert.equal(draft.isApplied, false);
    page.send({ type: 'action', action: 'apply' });
    await page.until(({ isApplied }) => isApplied, 'the plan to be applied');
    assert.match(readFileSync(experiment, 'utf8'), /^budget: \{ layers: 2 \} # a quarter.*\nplan:/m);
    assert.equal(document.isDirty, false);
  });

  it('opens from the explorer, as that of configs does: a plan, a config, or the folder of an adapter', async () => {
    const plan = join(await newestRun(), 'plan.json');
    const config = join(folder(), 'configs/adapter_config.json');
    for (const [given, shown, kind] of [
      [plan, plan, 'planFile'],
      [config, config, 'adapterConfig'],
      [join(folder(), 'configs'), config, 'adapterConfig'],
    ] as const) {
      await closeAll();
      await vscode.commands.executeCommand('adapterLab.showAllocationMap', vscode.Uri.file(given));
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      assert.ok(input instanceof vscode.TabInputCustom, given);
      assert.deepEqual([input.viewType, input.uri.fsPath], [editors[kind], shown]);
    }
    await closeAll();
    await vscode.commands.executeCommand(
      'adapterLab.showAllocationMap',
      vscode.Uri.file(join(folder(), 'quickstart.adapter.yaml')),
    );
    const inputs = () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ input }) => input));
    await until(() => inputs().some((input) => input instanceof vscode.TabInputWebview), "the run's page");
  });
});
