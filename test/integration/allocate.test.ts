import assert from 'node:assert/strict';
import { listRuns } from '../../src/files/runs';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { PlanFile } from '../../src/shared/planFile';
import {
  command,
  answer,
  closeAll,
  eventsOf,
  folder,
  lab,
  openNew,
  quickExperiment,
  until,
  write,
  type TestApi,
} from './lab';

/** Waits until VS Code has noticed that a file changed on disk. */
const seen = (uri: vscode.Uri, text: string): Promise<boolean> =>
  until(
    async () => (await vscode.workspace.openTextDocument(uri)).getText().includes(text),
    'the changed file',
  );

describe('allocating', function () {
  this.timeout(180_000);
  let api: TestApi;
  before(async () => {
    api = await lab();
  });
  afterEach(closeAll);

  it('asks for scores first', async () => {
    const uri = write('unscored.adapter.yaml', quickExperiment(8));
    const { error } = (await command('allocate', uri)) as { error?: { code: string; next: string } };
    assert.equal(error?.code, 'run-not-found');
  });

  it('writes the plan below the comments in one step, and notes it in the run', async () => {
    const document = await openNew('plan.adapter.yaml', quickExperiment(12));
    const folderOfRun = (await command('scoreLayers', document.uri)) as string;
    const before = document.getText();
    const plan = (await command('allocate', document.uri)) as PlanFile;
    assert.ok(plan.totals.modules > 0, JSON.stringify(plan));
    const after = document.getText();
    assert.ok(after.startsWith(before), 'What the user wrote stays.');
    assert.ok(after.includes('\nplan:\n  modules:\n    model.layers.'));
    assert.equal(document.isDirty, false);
    assert.equal(readFileSync(document.uri.fsPath, 'utf8'), after);
    assert.ok(existsSync(join(folderOfRun, 'plan.json')));
    const types = eventsOf(folderOfRun).map(({ type }) => type);
    assert.ok(types.lastIndexOf('plan') > types.lastIndexOf('finished'));
    assert.match(readFileSync(join(folderOfRun, 'report.md'), 'utf8'), /## Plan/);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
    await vscode.commands.executeCommand('redo');
    await document.save();
    const again = (await command('allocate', document.uri)) as PlanFile;
    assert.deepEqual(again.plan, plan.plan);
    assert.equal(document.getText(), after);
  });

  it('leaves locked rows alone', async () => {
    const file = join(folder(), 'plan.adapter.yaml');
    const [first] = /^ {4}model\.\S+: .*$/m.exec(readFileSync(file, 'utf8')) ?? [];
    assert.ok(first);
    const locked = first.replace(/\{.*\}/, '{ rank: 3, alpha: 5, experts: 2, locked: true }');
    writeFileSync(file, readFileSync(file, 'utf8').replace(first, `${locked} # mine`));
    await seen(vscode.Uri.file(file), '# mine');
    const plan = (await command('allocate', vscode.Uri.file(file))) as PlanFile;
    assert.ok(readFileSync(file, 'utf8').includes(`${locked} # mine`));
    assert.equal(plan.plan.modules[first.trim().split(':')[0]!]?.rank, 3);
  });

  it('warns before it uses scores of something else', async () => {
    const asked: string[] = [];
    const uri = vscode.Uri.file(join(folder(), 'plan.adapter.yaml'));
    const before = readFileSync(uri.fsPath, 'utf8');
    write('plan.adapter.yaml', before.replace('  - name: spam', '  - name: mail'));
    answer(api, {
      ask: ({ message }) => {
        asked.push(message);
        return Promise.resolve(undefined);
      },
    });
    await seen(uri, 'name: mail');
    assert.equal(await command('allocate', uri), undefined);
    assert.match(asked.join(), /the list of tasks/);
    write('plan.adapter.yaml', before);
    answer(api, {});
  });

  it('follows a run in one command', async () => {
    const document = await openNew('both.adapter.yaml', quickExperiment(12));
    const folderOfRun = await command('runExperiment', document.uri);
    assert.equal(typeof folderOfRun, 'string', JSON.stringify(folderOfRun));
    assert.match(document.getText(), /^plan:$/m);
    assert.ok(eventsOf(folderOfRun as string).some(({ type }) => type === 'plan'));
    assert.match(folderOfRun as string, /-both-run$/);
    const [started] = eventsOf(folderOfRun as string);
    assert.ok(started?.type === 'started' && started.job === 'run');
  });

  it('says that a budget is too small before it scores, and goes on once it is raised', async () => {
    const uri = write(
      'small.adapter.yaml',
      quickExperiment(12).replace('{ layers: 50% }', '{ parameters: 10 }'),
    );
    const { error } = (await command('runExperiment', uri)) as { error?: { code: string } };
    assert.equal(error?.code, 'budget-too-small');
    assert.deepEqual(await listRuns(uri.fsPath), []);
    write('small.adapter.yaml', quickExperiment(12));
    await seen(uri, '50%');
    const scored = (await command('runExperiment', uri)) as string;
    assert.ok(eventsOf(scored).some(({ type }) => type === 'plan'));
  });
});
