import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { Question } from '../../src/extension/dialogs';
import type { RuntimeChange } from '../../src/extension/runtimes/parts';
import { answer, isAlive, lab, until, type TestApi } from './lab';

const command = (): Thenable<unknown> => vscode.commands.executeCommand('adapterLab.installGpuRuntime');

describe('the GPU runtimes', function () {
  this.timeout(180_000);
  let api: TestApi;
  let folder: string;
  const rows: vscode.QuickPickItem[] = [];
  const asked: Question[] = [];

  /** Picks a row by a word of its label, and presses a button of every modal question. */
  const choose = (word: string, button: string): void =>
    answer(api, {
      pick: async (items) => {
        const all = await items;
        rows.splice(0, rows.length, ...all);
        return all.find(({ label }) => label.includes(word));
      },
      ask: (question) => {
        asked.push(question);
        return Promise.resolve(question.modal ? button : undefined);
      },
    });
  const description = (word: string): string =>
    rows.find(({ label }) => label.includes(word))?.description ?? '';

  // As in the package for every platform, which carries nothing native: only there is all of it to be installed.
  const dist = join(vscode.extensions.getExtension('adapter-lab.adapter-lab')?.extensionPath ?? '', 'dist');
  const [carried, aside] = [join(dist, 'native'), join(dist, 'native-aside')];

  before(async () => {
    if (existsSync(carried)) renameSync(carried, aside);
    api = await lab();
  });
  after(() => {
    if (existsSync(aside)) renameSync(aside, carried);
  });
  beforeEach(() => asked.splice(0));
  after(() => answer(api, {}));

  it('are listed with their sizes, and nothing is fetched where the question is closed', async () => {
    choose('WebGPU', 'Cancel');
    assert.equal(await command(), undefined);
    assert.equal(rows.length, 3);
    assert.match(description('WebGPU'), /^not installed, downloads 51\.5 MB$/);
    for (const { detail } of rows) assert.ok(detail);
    const [question] = asked;
    assert.equal(question?.message, 'Install WebGPU (Dawn)?');
    assert.match(question.detail ?? '', /SHA-512 of every package/);
    folder = /^Into: (.*)$/m.exec(question.detail ?? '')?.[1] ?? '';
    assert.match(folder, /adapter-lab\.adapter-lab.runtimes.webgpu$/);
    assert.equal(existsSync(folder), false);
  });

  it('are installed by npm, end the engine that did not know of them, and offer to select a device', async () => {
    answer(api, {});
    // An engine that runs without a job.
    await vscode.commands.executeCommand('adapterLab.selectDevice');
    const pid = await until(() => api.enginePid, 'the engine');
    choose('WebGPU', 'Install');
    const change = (await command()) as RuntimeChange;
    assert.deepEqual(change, { runtime: 'webgpu', done: 'installed', folder }, JSON.stringify(change));
    const dist = join(folder, 'node_modules', 'webgpu', 'dist');
    assert.deepEqual(readdirSync(dist), [`${process.platform}-${process.arch}`]);
    assert.deepEqual(readdirSync(dirname(folder)), ['webgpu']);
    await until(() => !isAlive(pid), 'the end of the engine');
    const told = asked.at(-1);
    assert.match(
      told?.message ?? '',
      /^WebGPU \(Dawn\) is installed \(.* MB\)\. The next run sees the change\.$/,
    );
    assert.deepEqual(told?.buttons, ['Select Device']);
  });

  it('are named to the engine', async function () {
    if (process.platform !== 'linux') this.skip();
    answer(api, {});
    await vscode.commands.executeCommand('adapterLab.selectDevice');
    const pid = await until(() => api.enginePid, 'the engine');
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    assert.ok(environment.includes(`ADAPTER_LAB_RUNTIMES=${dirname(folder)}`));
  });

  it('can be installed again and removed', async () => {
    const before = readFileSync(join(folder, 'runtime.json'), 'utf8');
    choose('WebGPU', 'Reinstall');
    // The question of the installation has another button.
    assert.equal(await command(), undefined);
    assert.match(description('WebGPU'), /^installed, version 0\.6\.2, \d+/);
    assert.deepEqual(asked[0]?.buttons, ['Reinstall', 'Remove']);
    assert.equal(asked[1]?.message, 'Install WebGPU (Dawn)?');
    assert.equal(readFileSync(join(folder, 'runtime.json'), 'utf8'), before);
    choose('WebGPU', 'Remove');
    assert.deepEqual(await command(), { runtime: 'webgpu', done: 'removed', folder });
    assert.deepEqual(readdirSync(dirname(folder)), []);
    assert.match(asked.at(-1)?.message ?? '', /^WebGPU \(Dawn\) was removed\./);
  });

  it('are an error with the next step where there is no npm', async () => {
    const { PATH } = process.env;
    const bin = join(dirname(folder), 'bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, 'node'));
    process.env['PATH'] = bin;
    choose('WebGPU', 'Install');
    try {
      const { error } = (await command()) as { error?: { code: string; next: string } };
      assert.equal(error?.code, 'runtime-unavailable');
      assert.match(error.next, /Install Node\.js/);
      assert.equal(api.testing.lastError()?.code, 'runtime-unavailable');
      assert.deepEqual(readdirSync(dirname(folder)), ['bin']);
    } finally {
      process.env['PATH'] = PATH;
      rmSync(bin, { recursive: true });
    }
  });
});
