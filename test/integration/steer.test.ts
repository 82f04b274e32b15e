import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RunEvent } from '../../src/shared/runEvents';
import {
  smallTask,
  command,
  writeSmallTask,
  answer,
  closeAll,
  eventsOf,
  folder,
  lab,
  openNew,
  quickExperiment,
  until,
  type TestApi,
} from './lab';

/** Two trials of a few steps each, out of four candidates. */
const searching = `${quickExperiment(12, smallTask('steered'))}search: { ranks: [2, 4, 8, 16], layers: [50%], evaluations: 2 }
train: { epochs: 1, learning_rate: 5e-3, batch_size: 8, max_length: 48, evaluations: 1, seeds: [1] }
`;

describe('steering a search', function () {
  this.timeout(300_000);
  let api: TestApi;
  const told: string[] = [];
  const offered: string[][] = [];
  let labels: readonly string[] = [];
  before(async () => {
    api = await lab();
    writeSmallTask('steered', 96, 24);
    answer(api, {
      ask: ({ message, buttons }) => {
        told.push(message);
        offered.push([...buttons]);
        return Promise.resolve(undefined);
      },
      pick: async (items) => {
        const all = await items;
        labels = all.map(({ label }) => label);
        return all.at(-1);
      },
    });
  });
  beforeEach(() => told.splice(0));
  afterEach(closeAll);
  after(() => answer(api, {}));

  const has = (run: string, isSo: (event: RunEvent) => boolean): boolean => eventsOf(run).some(isSo);
  const trialsOf = (run: string) =>
    new Map(
      eventsOf(run).flatMap((event) =>
        event.type === 'searched' ? [[event.trial.number, event.trial]] : [],
      ),
    );

  it('pauses it, has it try a point by hand, and goes on; then once more behind its end', async () => {
    const document = await openNew('steered.adapter.yaml', searching);
    const { uri } = document;
    const none = (await command('pauseSearch', uri)) as { error: { code: string } };
    assert.equal(none.error.code, 'run-not-found');
    const working = command('searchRanks', uri);
    const run = await until(() => newestRun('steered'), 'the run');
    await until(() => has(run, ({ type }) => type === 'step'), 'the first step', 120_000);
    assert.equal(await command('pauseSearch', uri), run);
    await until(
      () => has(run, (event) => event.type === 'search-steered' && event.paused),
      'the pause',
      120_000,
    );
    assert.deepEqual(
      [...trialsOf(run).values()].map(({ state }) => state),
      ['done'],
    );
    assert.equal(await command('addTrial', uri), run);
    assert.equal(labels.length, 3, labels.join());
    assert.ok(labels.every((label) => /^Rank \d+, 50 % of layers$/.test(label)));
    const rank = Number(/\d+/.exec(labels.at(-1)!)![0]);
    assert.equal(await command('resume', uri), run);
    assert.equal(await working, run);
    const trials = [...trialsOf(run).values()];
    assert.deepEqual(
      trials.map(({ byHand }) => byHand === true),
      [false, true, false],
    );
    assert.equal(trials[1]!.point['rank'], rank);
    assert.ok(document.getText().includes('\nplan:'));

    const ended = (await command('pauseSearch', uri)) as { error: { code: string; message: string } };
    assert.match(ended.error.message, /^No search of steered\.adapter\.yaml is running\.$/);
    assert.equal(await command('addTrial', uri), run);
    assert.equal(labels.length, 1);
    assert.match(told.at(-1)!, /^Rank \d+, 50 % of layers is tried first when the search goes on\.$/);
    assert.deepEqual(offered.at(-1), ['Resume']);
    assert.equal(await command('resume', uri), run);
    assert.equal(trialsOf(run).size, 4);
    assert.ok(trialsOf(run).get(3)!.byHand);
    const full = (await command('addTrial', uri)) as { error: { message: string } };
    assert.match(full.error.message, /^Every candidate of the search was tried/);
    const resumed = (await command('resume', uri)) as { error: { code: string } };
    assert.equal(resumed.error.code, 'run-not-resumable');
  });

  it('adds nothing to a run that has no search', async () => {
    const document = await openNew('scored.adapter.yaml', quickExperiment(8));
    await command('scoreLayers', document.uri);
    const { error } = (await command('addTrial', document.uri)) as {
      error: { code: string; message: string };
    };
    assert.equal(error.code, 'option-invalid');
    assert.match(error.message, /no search that has come to its trials/);
  });

  async function newestRun(name: string): Promise<string | undefined> {
    const runs = vscode.Uri.file(join(folder(), '.adapter-lab', 'runs'));
    const found = await vscode.workspace.fs.readDirectory(runs).then(
      (entries) => entries.map(([entry]) => entry),
      () => [],
    );
    const mine = found.filter((entry) => entry.includes(`-${name}-`)).sort();
    return mine.length === 0 ? undefined : join(runs.fsPath, mine.at(-1)!);
  }
});
