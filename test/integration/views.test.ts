import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { ExperimentNode, RunNode, TreeNode } from '../../src/extension/views/nodes';
import type { Views } from '../../src/extension/views/parts';
import { readManifest } from '../../src/files/runs';
import { formatSeconds } from '../../src/shared/format';
import {
  command,
  answer,
  closeAll,
  eventsOf,
  folder,
  lab,
  quickExperiment,
  until,
  write,
  type TestApi,
} from './lab';

describe('the side bar', function () {
  this.timeout(180_000);
  let api: TestApi;
  let views: Views;

  before(async () => {
    api = await lab();
    views = await api.testing.views();
  });
  afterEach(async () => {
    answer(api, {});
    await closeAll();
  });

  const children = async (node?: TreeNode): Promise<TreeNode[]> => (await views.tree.getChildren(node)) ?? [];
  const item = async (node: TreeNode): Promise<vscode.TreeItem> => views.tree.getTreeItem(node);
  const labels = async (nodes: readonly TreeNode[]): Promise<unknown[]> =>
    Promise.all(nodes.map(async (node) => (await item(node)).label));

  /** The row of an experiment, once the tree has found it. */
  const experiment = (name: string): Promise<ExperimentNode> =>
    until(async () => {
      const rows = (await children()) as ExperimentNode[];
      return rows.find(({ path }) => basename(path) === name);
    }, `the row of ${name}`);
  const runsOf = async (name: string): Promise<RunNode[]> =>
    (await children(await experiment(name))) as RunNode[];
  const row = async (name: string, word: RegExp): Promise<RunNode> =>
    until(
      async () => {
        for (const run of await runsOf(name))
          if (word.test(String((await item(run)).contextValue))) return run;
        return undefined;
      },
      `a run of ${name} that is ${String(word)}`,
    );

  it('lists the experiments of the workspace, and opens one with a click', async () => {
    const quick = await experiment('quickstart.adapter.yaml');
    const shown = await item(quick);
    assert.deepEqual([shown.label, shown.contextValue], ['quickstart', 'experiment path']);
    assert.equal(shown.command?.command, 'vscode.open');
    assert.equal(shown.accessibilityInformation?.label, 'quickstart, experiment, 1 run');
    const search = await item(await experiment('search.adapter.yaml'));
    assert.deepEqual(
      [search.description, search.collapsibleState],
      ['no run yet', vscode.TreeItemCollapsibleState.None],
    );
  });

  it('says of the recorded run what it is and what came of it, and shows what it holds', async () => {
    const [run, ...others] = await runsOf('quickstart.adapter.yaml');
    assert.ok(run);
    assert.deepEqual(others, []);
    const shown = await item(run);
    assert.match(String(shown.label), /^Experiment, /);
    assert.equal(shown.description, 'floe · 2 of 8 layers · 40.3 k parameters · recorded');
    assert.equal(shown.contextValue, 'run done deletable report planned');
    assert.equal((shown.iconPath as vscode.ThemeIcon).id, 'pass');
    const tooltip = (shown.tooltip as vscode.MarkdownString).value;
    const { createdAt, finishedAt } = await readManifest(run.path);
    const seconds = (Date.parse(finishedAt!) - Date.parse(createdAt)) / 1000;
    assert.ok(tooltip.includes(`Took ${formatSeconds(seconds)}`), tooltip);
    assert.match(tooltip, /Tasks `sentiment`, `spam`, `gloss`/);
    const parts = await children(run);
    assert.deepEqual(await labels(parts), ['Scores', 'Plan', 'Report', 'Folder']);
    assert.deepEqual(await labels(await children(parts[0])), ['sentiment', 'spam', 'gloss']);
    assert.match(String((await item((await children(parts[0]))[0]!)).description), /^fisher · 192 samples$/);
    assert.equal((await item(parts[1]!)).description, 'floe · 2 layers · 40.3 k parameters');
    assert.equal((await children(run))[1], parts[1], 'a row is the same object as long as it is there');
  });

  it('shows the very run that was clicked', async () => {
    const [run] = await runsOf('quickstart.adapter.yaml');
    const { command: click } = await item(run!);
    await vscode.commands.executeCommand(click!.command, ...(click!.arguments as unknown[]));
    const labelled = (): string[] =>
      vscode.window.tabGroups.all.flatMap((group) => group.tabs).map(({ label }) => label);
    await until(() => labelled().includes('Allocation Map: quickstart'), 'the page');
  });

  it('follows a run from its start to its end, and offers what can be done about it', async () => {
    const name = 'views.adapter.yaml';
    write(name, quickExperiment(100));
    const target = await experiment(name);
    const before = await item(target);
    assert.equal(before.collapsibleState, vscode.TreeItemCollapsibleState.None);
    const scoring = command('scoreLayers', target);
    const going = await row(name, /\brunning\b/);
    assert.equal((await item(going)).contextValue, 'run running stoppable');
    assert.equal((await item(going)).label, 'Score, just now');
    assert.equal(
      (await item(await experiment(name))).collapsibleState,
      vscode.TreeItemCollapsibleState.Expanded,
    );
    await until(async () => /^scoring \d+ %$/.test(String((await item(going)).description)), 'its progress');
    await until(async () => (await labels(await children(going))).includes('Scores'), 'the first scores');
    const [task] = await children((await children(going))[0]);
    assert.match(String((await item(task!)).description), /^\d+ of 100 samples$/);

    await command('deleteRun', going);
    assert.equal(api.testing.lastError()?.code, 'run-in-progress');
    assert.ok(existsSync(going.run));

    await command('stop', going);
    await scoring;
    const stopped = await row(name, /\bcancelled\b/);
    assert.equal(stopped, going, 'it is the same row');
    assert.equal((await item(stopped)).contextValue, 'run cancelled deletable resumable');
    assert.match(String((await item(stopped)).description), /^fisher · \d+ of 100 samples$/);

    // Another run, so that the one to go on with is not the newest.
    const second = (await command('scoreLayers', vscode.Uri.file(target.path)).then((run) => run)) as unknown;
    assert.equal(typeof second, 'string');
    assert.deepEqual(
      (await runsOf(name)).map(({ run }) => run),
      [second, stopped.run],
    );
    assert.equal(await command('resume', stopped), stopped.run);
    await row(name, /\bdone\b/);
    assert.equal((await item(stopped)).contextValue, 'run done deletable report');
    assert.equal((await item(stopped)).description, 'fisher · 100 samples');
    assert.equal(eventsOf(stopped.run).filter(({ type }) => type === 'resumed').length, 1);
  });

  it('shows a plan once there is one, without being asked', async () => {
    const name = 'views.adapter.yaml';
    const [newest] = await runsOf(name);
    assert.ok(!(await labels(await children(newest))).includes('Plan'));
    await command('allocate', await experiment(name));
    await until(async () => (await labels(await children(newest))).includes('Plan'), 'the plan');
  });

  it('deletes a run once the user agrees, for good only where there is no trash and the user agrees again', async () => {
    const name = 'views.adapter.yaml';
    const [, older] = await runsOf(name);
    assert.ok(older);
    const asked: string[] = [];
    answer(api, {
      ask: ({ message, modal }) => {
        asked.push(message);
        assert.equal(modal, true);
        return Promise.resolve(undefined);
      },
    });
    assert.equal(await command('deleteRun', older), false);
    assert.ok(existsSync(older.run));
    assert.match(asked[0]!, /^Delete this run\? Score, (just now|\d+ minutes? ago), of views$/);
    const again = /^Delete this run permanently\? Score, /;
    answer(api, {
      ask: ({ message, buttons }) => {
        asked.push(message);
        return Promise.resolve(again.test(message) ? undefined : buttons[0]);
      },
    });
    const isGone = await command('deleteRun', older);
    // The disk of the editor's server has no trash.
    assert.match(asked[2] ?? '', again);
    assert.deepEqual([isGone, existsSync(older.run)], [false, true]);
    answer(api, { ask: ({ buttons }) => Promise.resolve(buttons[0]) });
    assert.equal(await command('deleteRun', older), true);
    assert.ok(!existsSync(older.run));
    assert.equal((await runsOf(name)).length, 1);
  });

  it('notices runs and experiments that come and go on the disk', async () => {
    const name = 'views.adapter.yaml';
    const [run] = await runsOf(name);
    const runs = dirname(run!.run);
    const copy = join(runs, basename(run!.run).replace(/^\d{8}/, '20200101'));
    await vscode.workspace.fs.copy(vscode.Uri.file(run!.run), vscode.Uri.file(copy));
    await until(async () => (await runsOf(name)).length === 2, 'the copy');
    const { rmSync } = await import('node:fs');
    rmSync(copy, { recursive: true });
    await until(async () => (await runsOf(name)).length === 1, 'its end');
    assert.ok(readdirSync(runs).length > 0);
    rmSync(join(folder(), name));
    await until(
      async () => !((await children()) as ExperimentNode[]).some(({ path }) => basename(path) === name),
      'the end of the experiment',
    );
  });
});
