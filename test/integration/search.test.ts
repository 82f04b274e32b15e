import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RunEvent } from '../../src/shared/runEvents';
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

/** Two trials of a few steps each. */
const searching = `${quickExperiment(12, smallTask('searched'))}search: { ranks: [2, 4], layers: [50%], evaluations: 2 } # two of them
train: { epochs: 1, learning_rate: 5e-3, batch_size: 8, max_length: 48, evaluations: 1, seeds: [1] }
`;

describe('searching', function () {
  this.timeout(300_000);
  let api: TestApi;
  const told: string[] = [];
  before(async () => {
    api = await lab();
    writeSmallTask('searched', 96, 24);
    keepMessages(api, told);
  });
  beforeEach(() => told.splice(0));
  afterEach(closeAll);
  after(() => answer(api, {}));

  /** What a search must leave in the open document and in its run. */
  function requireFound(document: vscode.TextDocument, before: string, run: string): void {
    const events = eventsOf(run);
    const ended = events.find((event) => event.type === 'search-ended');
    const best = events.findLast((event) => event.type === 'searched' && event.trial.number === ended?.best);
    assert.ok(best?.type === 'searched' && best.trial.value !== undefined);
    const text = document.getText();
    assert.ok(text.startsWith(before), 'What the user wrote stays.');
    assert.ok(text.includes(`rank: ${best.trial.point['rank']}, alpha:`), text);
    assert.equal(document.isDirty, false);
    assert.equal(readFileSync(document.uri.fsPath, 'utf8'), text);
    const last = events.at(-1);
    assert.ok(last?.type === 'wrote' && document.uri.fsPath.endsWith(last.path));
  }

  it('writes the plan of the best trial as one edit, and says the result in one sentence', async () => {
    const document = await openNew('found.adapter.yaml', searching);
    const run = (await command('searchRanks', document.uri)) as string;
    assert.match(run, /-found-search$/, JSON.stringify(run));
    requireFound(document, searching, run);
    // The page of the run is before the user's eyes, so that nothing else need be said.
    assert.deepEqual(told, []);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), searching);
    await vscode.commands.executeCommand('redo');
    await document.save();
  });

  it('keeps what was written meanwhile, and tells the end where nobody watches', async () => {
    const document = await openNew('edited.adapter.yaml', searching);
    const working = command('searchRanks', document.uri);
    const run = await until(() => runOf(document.uri), 'the run');
    await until(() => eventsOf(run).some(({ type }) => type === 'searched'), 'the first trial', 120_000);
    await closeAll();
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), '# written meanwhile\n');
    await vscode.workspace.applyEdit(edit);
    assert.equal(await working, run);
    const now = await vscode.workspace.openTextDocument(document.uri);
    requireFound(now, `# written meanwhile\n${searching}`, run);
    assert.equal(told.length, 1);
    assert.match(
      told[0]!,
      /^edited\.adapter\.yaml: searched 2 trials in .+; best is rank \d, 50 % of layers: [\d.]+ % accuracy with .+ parameters\.$/,
    );
  });

  it('is a part of the whole experiment, stops in a trial, and goes on', async () => {
    const document = await openNew('whole.adapter.yaml', searching);
    const working = command('runExperiment', document.uri);
    const run = await until(() => runOf(document.uri), 'the run');
    assert.match(run, /-whole-run$/);
    await until(() => eventsOf(run).some(({ type }) => type === 'step'), 'the first step', 120_000);
    await vscode.commands.executeCommand('adapterLab.stop');
    const { error } = (await working) as { error?: { code: string } };
    assert.equal(error?.code, 'cancelled');
    assert.equal(document.getText(), searching);
    assert.equal(await command('resume', document.uri), run);
    requireFound(document, searching, run);
    const types = eventsOf(run).map(({ type }) => type);
    assert.equal(types.filter((type) => type === 'resumed').length, 1);
    assert.equal(types.filter((type) => type === 'started').length, 1);
  });

  it('has trials trained at the same time by processes, and shows how many', async () => {
    const text = searching.replace('evaluations: 2 }', 'evaluations: 2, batch: 2 }');
    const document = await openNew('apart.adapter.yaml', `${text}jobs: { at_once: 2 }\n`);
    const run = (await command('searchRanks', document.uri)) as string;
    const events = eventsOf(run);
    assert.ok(events.some((event) => event.type === 'pieces' && event.running === 2));
    requireFound(document, `${text}jobs: { at_once: 2 }\n`, run);
  });

  it('offers to take up what a closed window left to a cluster, once, and does', async () => {
    const text = searching.replace('evaluations: 2 }', 'evaluations: 2, batch: 2 }');
    const document = await openNew('left.adapter.yaml', `${text}jobs: { at_once: 2 }\n`);
    const run = (await command('searchRanks', document.uri)) as string;
    const before = eventsOf(run).findLast((event) => event.type === 'searched');
    // As the window leaves it: jobs run, no trial has told, and the run has its end from the host.
    leaveInTheMiddle(run);
    const open = vscode.workspace.textDocuments.find(({ uri }) => uri.fsPath === document.uri.fsPath)!;
    const edit = new vscode.WorkspaceEdit();
    edit.replace(open.uri, new vscode.Range(0, 0, open.lineCount, 0), `${text}jobs: { at_once: 2 }\n`);
    await vscode.workspace.applyEdit(edit);
    await open.save();
    answer(api, {
      ask: ({ message, buttons }) => {
        told.push(message);
        return Promise.resolve(buttons[0]);
      },
    });
    await api.testing!.offerLeftJobs();
    assert.deepEqual(told, [
      'Rank search of left.adapter.yaml: 2 jobs were left to Slurm; Resume goes on with what they do.',
    ]);
    const isOver = (): boolean => {
      const events = eventsOf(run);
      const ends = events.filter(({ type }) => type === 'finished').length;
      return ends === 2 && events.at(-1)?.type === 'wrote';
    };
    await until(isOver, 'the end of the search', 120_000);
    const after = eventsOf(run).findLast((event) => event.type === 'searched');
    assert.ok(after?.type === 'searched' && before?.type === 'searched');
    assert.deepEqual(after.trial.value, before.trial.value);
    keepMessages(api, told);
    await api.testing!.offerLeftJobs();
    assert.equal(told.length, 1, 'nothing is left now');
  });

  async function runOf(uri: vscode.Uri): Promise<string | undefined> {
    const [workspace] = vscode.workspace.workspaceFolders ?? [];
    const runs = vscode.Uri.joinPath(workspace!.uri, '.adapter-lab', 'runs');
    const name = uri.path.slice(uri.path.lastIndexOf('/') + 1).replace('.adapter.yaml', '');
    const found = await vscode.workspace.fs.readDirectory(runs).then(
      (entries) => entries.map(([entry]) => entry),
      () => [],
    );
    const [first] = found.filter((entry) => entry.includes(`-${name}-`));
    return first === undefined ? undefined : join(runs.fsPath, first);
  }
});

/** Takes back from a search of this machine what came behind its jobs, which are made a cluster's. */
function leaveInTheMiddle(run: string): void {
  const file = (name: string): string => join(run, name);
  const lines = (name: string): string[] => readFileSync(file(name), 'utf8').trim().split('\n');
  const events = lines('events.jsonl').map((line) => JSON.parse(line) as RunEvent);
  const jobs = events.findIndex((event) => event.type === 'pieces' && event.running === 2);
  const at = events[jobs]!.at;
  const kept = [
    ...events.slice(0, jobs),
    { ...events[jobs], executor: 'slurm' },
    { at, type: 'finished', state: 'cancelled' },
  ];
  const text = (all: readonly unknown[]): string => all.map((one) => `${JSON.stringify(one)}\n`).join('');
  writeFileSync(file('events.jsonl'), text(kept));
  const proposed = lines('trials.jsonl').map((line) => JSON.parse(line) as { type: string });
  writeFileSync(
    file('trials.jsonl'),
    text(proposed.slice(0, proposed.findIndex(({ type }) => type === 'proposed') + 1)),
  );
  const manifest = JSON.parse(readFileSync(file('run.json'), 'utf8')) as object;
  writeFileSync(file('run.json'), JSON.stringify({ ...manifest, state: 'cancelled' }));
  mkdirSync(file('pieces'));
}
