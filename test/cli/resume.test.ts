import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { groupRuns } from '../harness/groupMembers';
import { tokenizedLines } from '../unit/engine/smallExperiment';
import { temporaryFolder } from '../unit/files/temporary';
import { smallLlama, writeRandomLlama } from '../unit/models/randomLlama';
import { adapterLab, failsWith, type Finished } from './commandLine';

const offer = /^To go on from where it stopped: the same command with --resume (\S+)$/m;

describe('adapter-lab score, stopped and resumed', function () {
  const folder = temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  before(async function () {
    // Windows has no signals to send to another process.
    if (process.platform === 'win32') this.skip();
    const sizes = { hidden_size: 128, intermediate_size: 344, num_hidden_layers: 8 };
    await writeRandomLlama(at('model'), { ...smallLlama, ...sizes });
    await writeFile(at('lines.jsonl'), tokenizedLines(200, 6));
  });

  const score = (json: string, ...more: string[]): string[] =>
    ['score', '--model', 'model', '--data', 'lines.jsonl', '--samples', '200', '--json', json].concat(more);
  const run = (args: readonly string[], started?: (child: ChildProcess) => void): Promise<Finished> =>
    adapterLab(args, { cwd: folder.path, group: true, ...(started === undefined ? {} : { started }) });

  /** Calls back once the newest run has so many updates in its journal, or has none any more. */
  async function onceBegun(before: ReadonlySet<string>, updates: number, then: () => void): Promise<void> {
    for (;;) {
      const name = runs().find((entry) => !before.has(entry));
      const journal = path.join(at('.adapter-lab/runs'), name ?? '', 'state', 'updates.jsonl');
      const lines = existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0;
      if (lines >= updates) break;
      await sleep(5);
    }
    then();
  }
  const runs = (): string[] =>
    existsSync(at('.adapter-lab/runs')) ? readdirSync(at('.adapter-lab/runs')) : [];

  /** Stops the command in the middle of its work, as Ctrl+C in a terminal does: the whole group gets the signal. */
  async function stopped(args: readonly string[], signal: NodeJS.Signals, whom: 'group' | 'one') {
    const before = new Set(runs());
    let group = 0;
    const finished = await run(args, (child) => {
      group = child.pid!;
      void onceBegun(before, 3, () => process.kill(whom === 'group' ? -group : group, signal));
    });
    while (groupRuns(group)) await sleep(20);
    return finished;
  }

  const wholes = new Map<string, string>();
  async function uninterrupted(...more: string[]): Promise<string> {
    const key = more.join(' ');
    if (!wholes.has(key)) {
      const { code, stderr } = await run(score('whole.json', '--per-sample', ...more));
      assert.equal(code, 0, stderr);
      wholes.set(key, readFileSync(at('whole.json'), 'utf8'));
    }
    return wholes.get(key)!;
  }

  const ways: readonly [way: string[], signal: NodeJS.Signals, whom: 'group' | 'one'][] = [
    [[], 'SIGINT', 'group'],
    [['--memory', 'streaming'], 'SIGINT', 'one'],
    [['--memory', 'streaming', '--taylor'], 'SIGTERM', 'one'],
  ];
  for (const [way, signal, whom] of ways) {
    it(`${signal} to ${whom}: says how to go on, and goes on to the same file (${way.join(' ')})`, async () => {
      const args = score('half.json', '--per-sample', ...way);
      const { code, stdout, stderr } = await stopped(args, signal, whom);
      assert.equal(code, 130, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, /^cancelled: .+\nNext: .+\n$/m);
      assert.ok(!existsSync(at('half.json')), 'no half result');
      const [, folderOf = ''] = offer.exec(stderr) ?? [];
      assert.match(folderOf, /^\.adapter-lab.runs.\d{8}-\d+-lines\.jsonl-score$/, stderr);
      const again = score('resumed.json', '--per-sample', ...way, '--resume', folderOf);
      const resumed = await run(again);
      assert.equal(resumed.code, 0, resumed.stderr);
      assert.ok(readFileSync(at('resumed.json'), 'utf8') === (await uninterrupted(...way)), 'byte for byte');
      assert.ok(!existsSync(path.join(folder.path, folderOf, 'state')));
      const { code: twice, stderr: refused } = await run(again);
      assert.equal(twice, 1);
      assert.match(refused, /^run-not-resumable: /m);
    });
  }

  it('killed without a word: goes on all the same', async () => {
    const before = new Set(runs());
    const { signal } = await stopped(score('half.json', '--per-sample'), 'SIGKILL', 'one');
    assert.equal(signal, 'SIGKILL');
    const name = runs().find((entry) => !before.has(entry));
    const args = score('killed.json', '--per-sample', '--resume', `.adapter-lab/runs/${name}`);
    const { code, stderr } = await run(args);
    assert.equal(code, 0, stderr);
    assert.ok(readFileSync(at('killed.json'), 'utf8') === (await uninterrupted()), 'byte for byte');
  });

  it('refuses to go on with other options, and with what is no run', async () => {
    const { stderr } = await stopped(score('half.json'), 'SIGINT', 'one');
    const [, folderOf = ''] = offer.exec(stderr) ?? [];
    const go = (...more: string[]): string[] =>
      score('x.json', ...more).map((word) => (/^(model|lines\.jsonl|x\.json)$/.test(word) ? at(word) : word));
    const resume = ['--resume', at(folderOf)];
    await failsWith(go('--batch-size', '3', ...resume), 'run-not-resumable', /the batch size has changed/);
    await failsWith(go('--labels', 'true', ...resume), 'run-not-resumable', /whose labels are taken/);
    await failsWith(go('--resume', at('none')), 'run-not-found', /none/);
    assert.ok(!existsSync(at('none')));
  });
});
