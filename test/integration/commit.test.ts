import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { GitApi } from '../../src/extension/git/gitExtension';
import { command, answer, closeAll, folder, lab, openNew, quickExperiment, write, type TestApi } from './lab';

const git = (...args: string[]): string => execFileSync('git', args, { cwd: folder(), encoding: 'utf8' });
describe('committing a plan', function () {
  this.timeout(180_000);
  let api: TestApi;
  let uri: vscode.Uri;
  const asked: { message: string; detail: string | undefined }[] = [];
  const press = (...buttons: string[]): void =>
    answer(api, {
      ask: ({ modal, message, detail }) => {
        if (!modal) return Promise.resolve(undefined);
        asked.push({ message, detail });
        return Promise.resolve(buttons.shift());
      },
      input: ({ value }) => Promise.resolve(`${value} (edited)`),
    });

  before(async () => {
    api = await lab();
    const document = await openNew('commit.adapter.yaml', quickExperiment(12));
    uri = document.uri;
  });
  const labels = (): string[] =>
    vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));

  beforeEach(() => asked.splice(0));
  afterEach(closeAll);

  it('asks for a plan first', async () => {
    const { error } = (await command('commitPlan', uri)) as { error?: { code: string } };
    assert.equal(error?.code, 'plan-missing');
  });

  it('shows what will be committed, and does nothing where that is declined', async () => {
    await command('runExperiment', uri);
    const head = git('rev-parse', 'HEAD');
    press('no');
    assert.equal(await command('commitPlan', uri), undefined);
    assert.equal(asked.length, 1);
    assert.match(asked[0]!.message, /on main\?/);
    assert.match(asked[0]!.detail ?? '', /commit\.adapter\.yaml\ncommit\.provenance\.json/);
    assert.equal(git('rev-parse', 'HEAD'), head);
    assert.equal(git('status', '--porcelain', '--', 'commit.provenance.json'), '');
  });

  it('commits the plan and where it comes from, and leaves what is staged staged', async () => {
    write('mine.txt', 'staged\n');
    git('add', 'mine.txt');
    press('Edit Message', 'Commit');
    const hash = await command('commitPlan', uri);
    assert.equal(git('rev-parse', 'HEAD').trim(), hash, JSON.stringify(hash));
    assert.deepEqual(git('show', '--name-only', '--format=', 'HEAD').trim().split('\n').sort(), [
      'commit.adapter.yaml',
      'commit.provenance.json',
    ]);
    assert.equal(git('status', '--porcelain', '--', 'mine.txt').trim(), 'A  mine.txt');
    const message = git('log', '-1', '--format=%B');
    assert.match(message, /^Allocate adapters with floe: .* \(edited\)\n/);
    for (const trailer of ['Method', 'Budget', 'Run', 'Scores', 'Data', 'Seed', 'Version', 'Verdict']) {
      assert.match(message, new RegExp(`^Adapter-Lab-${trailer}: .+$`, 'm'));
    }
    const provenance = JSON.parse(readFileSync(join(folder(), 'commit.provenance.json'), 'utf8')) as {
      method: string;
    };
    assert.equal(provenance.method, 'floe');
  });

  it('says without a question that it is all committed already', async () => {
    const told: string[] = [];
    answer(api, {
      ask: ({ kind, modal, message }) => {
        told.push(`${kind}${modal ? ' (modal)' : ''}: ${message}`);
        return Promise.resolve(undefined);
      },
    });
    const head = git('rev-parse', 'HEAD');
    assert.equal(await command('commitPlan', uri), undefined);
    assert.deepEqual(told, ['information: The plan of commit.adapter.yaml is committed already.']);
    assert.equal(git('rev-parse', 'HEAD'), head);
    assert.ok(!labels().some((label) => label.includes('HEAD')));
  });

  it('shows the difference to the last commit while it asks, and no longer where that is declined', async () => {
    const document = await vscode.workspace.openTextDocument(uri);
    const edit = new vscode.WorkspaceEdit();
    const line = document
      .getText()
      .split('\n')
      .findIndex((text) => text.includes('experts: 4 }'));
    const text = document.lineAt(line).text;
    edit.replace(uri, document.lineAt(line).range, `${text} # look`);
    await vscode.workspace.applyEdit(edit);
    const isShown = (): boolean => labels().some((label) => label.includes('HEAD ↔ Working Tree'));
    let shown = false;
    answer(api, {
      ask: () => {
        shown = isShown();
        return Promise.resolve(undefined);
      },
    });
    await command('commitPlan', uri);
    assert.ok(shown);
    assert.ok(!isShown(), labels().join());
  });

  it('commits what is not saved yet of the config, while its last commit is open beside it', async () => {
    const config = write('own config.yml', 'base_model: model\nadapter: lora\nlora_r: 8\n');
    git('add', '--', 'own config.yml');
    git('commit', '--quiet', '-m', 'A config', '--', 'own config.yml');
    const extension = vscode.extensions.getExtension<{ getAPI(version: 1): GitApi }>('vscode.git');
    const committed = (await extension!.activate()).getAPI(1).toGitUri(config, 'HEAD');
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(committed));
    const plan = await vscode.workspace.openTextDocument(uri);
    const document = await vscode.workspace.openTextDocument(config);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, plan.positionAt(plan.getText().length), 'target_config: own config.yml\n');
    edit.insert(config, document.positionAt(document.getText().length), 'lora_alpha: 16\n');
    await vscode.workspace.applyEdit(edit);
    press('Commit');
    const hash = await command('commitPlan', uri);
    assert.equal(git('rev-parse', 'HEAD').trim(), hash, JSON.stringify(hash));
    assert.match(git('show', 'HEAD:own config.yml'), /^lora_alpha: 16$/m);
  });
});
