import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  answer,
  closeAll,
  eventsOf,
  isAlive,
  lab,
  openNew,
  quickExperiment,
  until,
  write,
  type TestApi,
} from './lab';

const score = (uri: vscode.Uri): Thenable<unknown> =>
  vscode.commands.executeCommand('adapterLab.scoreLayers', uri);

/** The run of an experiment that is going on: the newest with its name. */
async function running(uri: vscode.Uri): Promise<string> {
  const root = vscode.Uri.joinPath(uri, '..', '.adapter-lab', 'runs');
  const name = uri.path.split('/').at(-1)?.replace('.adapter.yaml', '') ?? '';
  return until(async () => {
    const entries = await Promise.resolve(vscode.workspace.fs.readDirectory(root)).catch(() => []);
    const newest = entries
      .map(([entry]) => entry)
      .filter((entry) => entry.includes(`-${name}-`))
      .sort()
      .at(-1);
    return newest === undefined ? undefined : join(root.fsPath, newest);
  }, 'the run');
}

describe('scoring the sample', function () {
  this.timeout(180_000);
  let api: TestApi;
  before(async () => {
    api = await lab();
  });
  afterEach(closeAll);

  it('uses a real engine, shows the page, and leaves a whole run', async () => {
    const document = await openNew('score.adapter.yaml', quickExperiment(12));
    const run = await score(document.uri);
    assert.equal(typeof run, 'string', JSON.stringify(run));
    const events = eventsOf(run as string);
    assert.deepEqual(events.at(-1)?.type, 'finished');
    assert.ok(events.some(({ type }) => type === 'scores'));
    assert.ok(existsSync(join(run as string, 'report.md')));
    const tabs = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs);
    assert.ok(
      tabs.some(({ label }) => label === 'Allocation Map: score'),
      tabs.map(({ label }) => label).join(),
    );
    assert.ok(api.enginePid !== undefined && api.enginePid !== process.pid);
  });

  it('survives an engine that is killed, and a second try works', async () => {
    const uri = write('killed.adapter.yaml', quickExperiment(400));
    const first = score(uri);
    const run = await running(uri);
    await until(() => eventsOf(run).some(({ type }) => type === 'scores'), 'the first scores', 60_000);
    const pid = api.enginePid;
    assert.ok(pid !== undefined);
    process.kill(pid, 'SIGKILL');
    const failed = (await first) as { error?: { code: string } };
    assert.equal(failed.error?.code, 'engine-killed');
    assert.equal(api.testing.lastError()?.code, 'engine-killed');
    const end = eventsOf(run).at(-1);
    assert.ok(end?.type === 'finished' && end.state === 'failed' && end.error?.code === 'engine-killed');
    await until(() => !isAlive(pid), 'the end of the process');
    const again = await score(write('killed.adapter.yaml', quickExperiment(8)));
    assert.equal(typeof again, 'string', JSON.stringify(again));
    assert.notEqual(api.enginePid, pid);
  });

  it('stops when asked, with the engine left as it is', async () => {
    const uri = write('stopped.adapter.yaml', quickExperiment(400));
    const pid = api.enginePid;
    const scoring = score(uri);
    const run = await running(uri);
    await until(() => eventsOf(run).some(({ type }) => type === 'scores'), 'the first scores', 60_000);
    await vscode.commands.executeCommand('adapterLab.stop');
    const { error } = (await scoring) as { error?: { code: string } };
    assert.equal(error?.code, 'cancelled');
    const end = eventsOf(run).at(-1);
    assert.ok(end?.type === 'finished' && end.state === 'cancelled');
    assert.equal(api.enginePid, pid);
  });

  it('resumes a run that was stopped, from where it was, and only such a run', async () => {
    const resume = (uri: vscode.Uri): Thenable<unknown> =>
      vscode.commands.executeCommand('adapterLab.resume', uri);
    const uri = write('resumed.adapter.yaml', quickExperiment(200));
    const none = (await resume(uri)) as { error?: { code: string } };
    assert.equal(none.error?.code, 'run-not-resumable');
    const scoring = score(uri);
    const run = await running(uri);
    await until(() => eventsOf(run).some(({ type }) => type === 'scores'), 'the first scores', 60_000);
    await vscode.commands.executeCommand('adapterLab.stop');
    await scoring;
    assert.ok(existsSync(join(run, 'state', 'work.json')));
    assert.equal(await resume(uri), run);
    const events = eventsOf(run);
    const resumed = events.findIndex(({ type }) => type === 'resumed');
    assert.equal(events[resumed - 1]?.type, 'finished', 'it was stopped before');
    const first = events.slice(resumed).find((event) => event.type === 'scores');
    assert.ok(first?.type === 'scores' && first.samplesDone > 0, 'what was done before counts');
    const end = events.at(-1);
    assert.ok(end?.type === 'finished' && end.state === 'done');
    assert.ok(existsSync(join(run, 'scores.json')) && !existsSync(join(run, 'state')));
  });

  it('computes on the device that is chosen, with a new engine for another one', async () => {
    const device = async (): Promise<string | undefined> => {
      const run = await score(write('device.adapter.yaml', quickExperiment(4)));
      assert.equal(typeof run, 'string', JSON.stringify(run));
      const event = eventsOf(run as string).find(({ type }) => type === 'device');
      return event?.type === 'device' ? event.device : undefined;
    };
    const configuration = vscode.workspace.getConfiguration('adapterLab');
    const first = await device();
    assert.notEqual(first, 'wasm');
    await configuration.update('device', 'wasm', vscode.ConfigurationTarget.Global);
    assert.equal(await device(), 'wasm');
    await configuration.update('device', undefined, vscode.ConfigurationTarget.Global);
    assert.equal(await device(), first);
  });

  it('says once that a run has ended whose page nobody sees', async () => {
    const told: string[] = [];
    answer(api, {
      ask: ({ message }) => {
        told.push(message);
        return Promise.resolve(undefined);
      },
    });
    const uri = write('told.adapter.yaml', quickExperiment(12));
    await score(uri);
    assert.deepEqual(told, []);
    const second = score(uri);
    await running(uri);
    await closeAll();
    await second;
    assert.equal(told.length, 1, told.join());
    assert.match(told[0]!, /^told\.adapter\.yaml: scored with 12 samples of one task in /);
    answer(api, {});
  });

  it('says so always or never, and opens no page, where the settings have it so', async () => {
    const told: string[][] = [];
    answer(api, { ask: ({ buttons }) => Promise.resolve(void told.push([...buttons])) });
    const configuration = vscode.workspace.getConfiguration('adapterLab');
    const { Global } = vscode.ConfigurationTarget;
    const uri = write('settings.adapter.yaml', quickExperiment(8));
    const tabs = (): number => vscode.window.tabGroups.all.flatMap((group) => group.tabs).length;
    try {
      await configuration.update('notifyWhenDone', 'always', Global);
      await score(uri);
      assert.deepEqual(told, [['Show Run', 'Allocate', "Don't Show Again"]]);
      await closeAll();
      await configuration.update('showRunOnStart', false, Global);
      await configuration.update('notifyWhenDone', 'never', Global);
      await configuration.update('processes', 1, Global);
      const run = await score(uri);
      assert.deepEqual([told.length, tabs()], [1, 0]);
      const memory = eventsOf(run as string).find((event) => event.type === 'memory');
      assert.ok(memory?.type === 'memory');
      assert.equal(memory.processes, 1);
    } finally {
      for (const key of ['notifyWhenDone', 'showRunOnStart', 'processes'])
        await configuration.update(key, undefined, Global);
      answer(api, {});
    }
  });

  it('does not say it again where that was asked for', async () => {
    answer(api, { ask: ({ buttons }) => Promise.resolve(buttons.at(-1)) });
    const { Global } = vscode.ConfigurationTarget;
    const told = (): unknown => vscode.workspace.getConfiguration('adapterLab').get('notifyWhenDone');
    const uri = write('again.adapter.yaml', quickExperiment(12));
    try {
      const scoring = score(uri);
      await running(uri);
      await closeAll();
      await scoring;
      await until(() => told() === 'never', 'the setting');
    } finally {
      await vscode.workspace.getConfiguration('adapterLab').update('notifyWhenDone', undefined, Global);
      answer(api, {});
    }
  });

  it('does one job at a time', async () => {
    const uri = write('busy.adapter.yaml', quickExperiment(200));
    const scoring = score(uri);
    await running(uri);
    assert.equal(await score(uri), undefined);
    await vscode.commands.executeCommand('adapterLab.stop');
    await scoring;
  });

  it('shows where an experiment is wrong instead of starting', async () => {
    const uri = write('broken.adapter.yaml', quickExperiment(8).replace('50%', '150%'));
    const { error } = (await score(uri)) as { error?: { code: string; message: string } };
    assert.equal(error?.code, 'experiment-invalid');
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.fsPath, uri.fsPath);
    assert.match(editor.document.lineAt(editor.selection.active.line).text, /150%/);
  });

  it('passes on what the engine finds wrong', async () => {
    const uri = write('nodata.adapter.yaml', quickExperiment(8).replace('spam.train', 'nothing'));
    const { error } = (await score(uri)) as { error?: { code: string } };
    assert.equal(error?.code, 'data-missing');
  });
});
