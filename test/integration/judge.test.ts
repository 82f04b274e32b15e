import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { ExperimentNode, RunNode, TreeNode } from '../../src/extension/views/nodes';
import type { Views } from '../../src/extension/views/parts';
import { runFiles } from '../../src/files/runs';
import { replay } from '../../src/shared/replay';
import { emptyRun, type RunState } from '../../src/shared/runState';
import { verdictTag } from '../../src/shared/verdictWords';
import { defaultChoices } from '../../webview/model/choices';
import { shownTab } from '../../webview/model/tabs';
import {
  smallTask,
  command,
  writeSmallTask,
  keepMessages,
  answer,
  closeAll,
  eventsOf,
  lab,
  openNew,
  quickExperiment,
  until,
  type TestApi,
} from './lab';

/** Four trainings of a few steps each. */
const planless = `${quickExperiment(12, smallTask('judged'))}train: { epochs: 1, learning_rate: 5e-3, batch_size: 8, max_length: 48, evaluations: 1, seeds: [1, 2] }
judge: { controls: [uniform] }
`;
const judging = `${planless}plan:
  modules:
    model.layers.1.self_attn.q_proj: { rank: 4, alpha: 8, experts: 2 }
    model.layers.2.mlp.down_proj: { rank: 4, alpha: 8, experts: 2 }
`;

describe('judging', function () {
  this.timeout(300_000);
  let api: TestApi;
  let views: Views;
  const told: string[] = [];
  before(async () => {
    api = await lab();
    views = await api.testing.views();
    writeSmallTask('judged', 64, 32);
    keepMessages(api, told);
  });
  beforeEach(() => told.splice(0));
  afterEach(closeAll);
  after(() => answer(api, {}));

  const stateOf = (run: string): RunState => replay(emptyRun, eventsOf(run));
  const lenses = async ({ uri }: vscode.TextDocument): Promise<vscode.Command[]> =>
    (
      await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 30)
    ).flatMap(({ command: of }) => of ?? []);

  it('wants a plan, and says what makes one', async () => {
    const document = await openNew('planless.adapter.yaml', planless.replace(/^judge:.*\n/m, ''));
    const { error } = (await command('judge', document.uri)) as { error?: { code: string; next: string } };
    assert.equal(error?.code, 'plan-missing');
    assert.match(error.next, /Allocate/);
    assert.equal(told.length, 1);
    assert.ok(!(await lenses(document)).some(({ title }) => title === 'Judge'));
  });

  it('comes to a verdict on the plan, and says it over the plan, on the page and in the tree', async () => {
    const document = await openNew('judged.adapter.yaml', judging);
    assert.ok((await lenses(document)).some(({ title }) => title === 'Judge'));
    const run = (await command('judge', document.uri)) as string;
    assert.match(run, /-judged-judge$/, JSON.stringify(run));
    const state = stateOf(run);
    const { verdict } = state;
    assert.ok(verdict?.isOver === true && state.status === 'done');
    assert.deepEqual(
      verdict.arms.map(({ name, results }) => [name, results.map(({ seed }) => seed)]),
      [
        ['plan', [1, 2]],
        ['uniform', [1, 2]],
      ],
    );
    assert.equal(verdict.answers.length, 3);
    const tag = verdictTag(verdict);
    assert.ok(tag !== undefined);
    // The page is before the user's eyes, so that nothing else need be said.
    assert.deepEqual(told, []);
    assert.equal(document.getText(), judging);
    const heading = { kind: 'run', run: basename(run), experiment: '', recorded: false } as const;
    assert.equal(shownTab({ run: state, heading, choices: defaultChoices }), 'verdict');

    const isOutcome = ({ title }: vscode.Command): boolean => title.toLowerCase() === tag;
    const outcome = await until(
      async () => (await lenses(document)).find(isOutcome),
      'the lens of the outcome',
    );
    assert.deepEqual(outcome.arguments, [{ experiment: document.uri.fsPath, run, tab: 'verdict' }]);

    const part = await until(() => verdictPart('judged.adapter.yaml'), 'the part of the verdict');
    const row = await views.tree.getTreeItem(part);
    assert.equal(row.description, tag);
    await vscode.commands.executeCommand(row.command!.command, ...(row.command!.arguments ?? []));
    const labelled = (): string[] =>
      vscode.window.tabGroups.all.flatMap((group) => group.tabs).map(({ label }) => label);
    assert.ok(labelled().includes('Allocation Map: judged'));
    // What is written now is another plan, of which nothing is known.
    const edit = new vscode.WorkspaceEdit();
    const at = document.positionAt(
      document.getText().indexOf('rank: 4, alpha: 8, experts: 2') + 'rank: '.length,
    );
    edit.replace(document.uri, new vscode.Range(at, at.translate(0, 1)), '8');
    await vscode.workspace.applyEdit(edit);
    await until(async () => !(await lenses(document)).some(isOutcome), 'the lens of the outcome to go');
  });

  it('stops in a training, goes on with it, and tells the verdict where nobody watches', async () => {
    const document = await openNew('again.adapter.yaml', judging);
    const working = command('judge', document.uri);
    const run = await until(async () => (await runsOf('again.adapter.yaml'))[0]?.run, 'the run');
    const steps = (): number => eventsOf(run).filter(({ type }) => type === 'step').length;
    await until(() => steps() > 0, 'the first step', 120_000);
    const isGoing = ({ title }: vscode.Command): boolean => /Judging: training \d of 4$/.test(title);
    await until(async () => (await lenses(document)).some(isGoing), 'its lens');
    await vscode.commands.executeCommand('adapterLab.stop');
    const { error } = (await working) as { error?: { code: string } };
    assert.equal(error?.code, 'cancelled');
    assert.equal(stateOf(run).status, 'cancelled');
    await closeAll();
    told.splice(0);
    // A page of it would be shown again.
    const settings = vscode.workspace.getConfiguration('adapterLab');
    await settings.update('showRunOnStart', false, vscode.ConfigurationTarget.Global);
    try {
      assert.equal(await command('resume', document.uri), run);
    } finally {
      await settings.update('showRunOnStart', undefined, vscode.ConfigurationTarget.Global);
    }
    const { verdict } = stateOf(run);
    assert.ok(verdict?.isOver === true);
    assert.deepEqual(told, [`again.adapter.yaml: ${verdict.words}`]);
    const types = eventsOf(run).map(({ type }) => type);
    assert.equal(types.filter((type) => type === 'resumed').length, 1);
  });

  it('writes the plan of the whole experiment before it is judged, and leaves what is made of it meanwhile', async () => {
    const document = await openNew('early.adapter.yaml', planless.replace('epochs: 1', 'epochs: 3'));
    const working = command('runExperiment', document.uri);
    const run = await until(async () => (await runsOf('early.adapter.yaml'))[0]?.run, 'the run');
    await until(
      () => document.getText().includes('\nplan:\n') && !document.isDirty,
      'the plan in the text',
      200_000,
    );
    assert.equal(stateOf(run).status, 'running');
    const edit = new vscode.WorkspaceEdit();
    edit.replace(
      document.uri,
      new vscode.Range(0, 0, document.lineCount, 0),
      `${document
        .getText()
        .replace('\nplan:\n', '\n# mine\nplan:\n')
        .replace(/rank: \d+/, 'rank: 1')}`,
    );
    await vscode.workspace.applyEdit(edit);
    const edited = document.getText();
    await until(() => eventsOf(run).some(({ type }) => type === 'step'), 'the first step', 120_000);
    const note = join(run, runFiles.writtenPlan);
    const noted = readFileSync(note, 'utf8');
    await vscode.commands.executeCommand('adapterLab.stop');
    const { error } = (await working) as { error?: { code: string } };
    assert.equal(error?.code, 'cancelled');
    assert.equal(stateOf(run).isPlanWritten, true);
    assert.equal(existsSync(note), false);
    // As a window leaves it that is closed in the middle.
    const journal = join(run, runFiles.events);
    const lines = readFileSync(journal, 'utf8').split('\n');
    writeFileSync(
      journal,
      lines.filter((line) => !line.includes('"early.adapter.yaml"') || line.includes('"started"')).join('\n'),
    );
    writeFileSync(note, noted);
    assert.equal(stateOf(run).isPlanWritten, false);
    assert.equal(document.getText(), edited);
    assert.equal(await command('resume', document.uri), run);
    assert.ok(stateOf(run).verdict?.isOver === true);
    assert.equal(document.getText(), edited);
    const wrote = eventsOf(run).filter(
      (event) => event.type === 'wrote' && event.path === 'early.adapter.yaml',
    );
    assert.equal(wrote.length, 1);
  });

  const children = async (node?: TreeNode): Promise<TreeNode[]> => (await views.tree.getChildren(node)) ?? [];

  async function runsOf(name: string): Promise<RunNode[]> {
    const rows = (await children()) as ExperimentNode[];
    const found = rows.find(({ path }) => basename(path) === name);
    return found === undefined ? [] : ((await children(found)) as RunNode[]);
  }

  async function verdictPart(name: string): Promise<TreeNode | undefined> {
    const [run] = await runsOf(name);
    const parts = run === undefined ? [] : await children(run);
    return parts.find((part) => part.kind === 'part' && part.part.kind === 'verdict');
  }
});
