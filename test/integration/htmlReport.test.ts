import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { ExperimentNode, RunNode, TreeNode } from '../../src/extension/views/nodes';
import type { Views } from '../../src/extension/views/parts';
import { answer, closeAll, folder, lab, until, type TestApi } from './lab';

describe('a report as a page', function () {
  this.timeout(120_000);
  let api: TestApi;
  let views: Views;
  let run: RunNode;

  before(async () => {
    api = await lab();
    views = await api.testing.views();
    const children = async (node?: TreeNode): Promise<TreeNode[]> =>
      (await views.tree.getChildren(node)) ?? [];
    const experiment = await until(
      async () =>
        ((await children()) as ExperimentNode[]).find(
          ({ path }) => basename(path) === 'quickstart.adapter.yaml',
        ),
      'the experiment',
    );
    [run] = (await children(experiment)) as [RunNode];
  });
  afterEach(async () => {
    answer(api, {});
    await closeAll();
  });

  const pages = (): vscode.Tab[] =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(
        ({ input }) =>
          input instanceof vscode.TabInputWebview && input.viewType.endsWith('adapterLab.report'),
      );
  const htmlOf = (node: RunNode): string => join(node.run, 'report.html');

  it('opens from a row of the side bar, once a run, also where the run is from before there were such files', async () => {
    rmSync(htmlOf(run), { force: true });
    assert.equal(await vscode.commands.executeCommand('adapterLab.openHtmlReport', run), undefined);
    await until(() => pages().length === 1, 'the page');
    assert.deepEqual(
      pages().map(({ label, isActive }) => [label, isActive]),
      [['Report: quickstart', true]],
    );
    assert.ok(!existsSync(htmlOf(run)), 'looking writes nothing');
    await vscode.commands.executeCommand('adapterLab.openHtmlReport', run);
    assert.equal(pages().length, 1);
  });

  it('opens from the page of a run, which says what it shows', async () => {
    const { experiment, run: path } = run;
    await vscode.commands.executeCommand('adapterLab.openHtmlReport', { experiment, run: path });
    await until(() => pages().length === 1, 'the page');
  });

  it('is handed to a browser as one file, or shown where it lies if the browser is elsewhere', async () => {
    const asked: string[] = [];
    answer(api, {
      ask: ({ message }) => {
        asked.push(message);
        return Promise.resolve(undefined);
      },
    });
    await vscode.commands.executeCommand('adapterLab.openHtmlReport', run);
    await until(() => pages().some(({ isActive }) => isActive), 'the page');
    // From the title of the page, which says nothing of the run.
    await vscode.commands.executeCommand('adapterLab.openReportInBrowser');
    const text = readFileSync(htmlOf(run), 'utf8');
    assert.match(text, /^<!doctype html>\n<html lang="en">/);
    assert.match(text, /quickstart\.adapter\.yaml/);
    const isHere = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
    assert.deepEqual(
      asked.map((message) => /^report\.html lies on another machine/.test(message)),
      isHere ? [] : [true],
    );
    assert.ok(readdirSync(run.run).every((name) => !name.endsWith('.tmp')));
  });

  it('says what is wrong of a run that cannot be read', async () => {
    const gone = join(folder(), '.adapter-lab', 'runs', '20200101-000000000-gone-run');
    const answered = await vscode.commands.executeCommand('adapterLab.openHtmlReport', { run: gone });
    assert.equal((answered as { error: { code: string } }).error.code, 'run-not-found');
    assert.equal(pages().length, 0);
  });
});
