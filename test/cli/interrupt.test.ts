import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readRunEvents, runFiles } from '../../src/files/runs';
import { runManifestSchema } from '../../src/shared/runManifest';
import { temporaryFolder } from '../unit/files/temporary';
import { writeLongExperiment } from '../unit/worker/longScore';
import { adapterLab } from './commandLine';

/** Sends a signal once what was said matches. */
function interruptAt(said: RegExp, signal: NodeJS.Signals = 'SIGINT') {
  let sent = false;
  return (stderr: string, child: ChildProcess): void => {
    if (sent || !said.test(stderr)) return;
    sent = true;
    child.kill(signal);
  };
}

describe('adapter-lab, interrupted', function () {
  const folder = temporaryFolder();
  let experiment = '';
  before(async function () {
    // Windows has no signals to send to another process.
    if (process.platform === 'win32') this.skip();
    experiment = await writeLongExperiment(folder.path);
  });
  const score = (json: string): string[] => [
    'score',
    ...['--model', path.join(folder.path, 'models', 'small')],
    ...['--data', path.join(folder.path, 'data', 'first.jsonl')],
    ...['--samples', '20000', '--batch-size', '1', '--json', json],
  ];

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`stops a score after the step on ${signal}: 130, a word about it, no half result`, async () => {
      const json = path.join(folder.path, `${signal}.json`);
      const watch = interruptAt(/^Estimate/m, signal);
      const { code, stdout, stderr } = await adapterLab(score(json), { watch });
      assert.equal(code, 130, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, /^Stopping; what is done is kept/m);
      assert.match(stderr, /^cancelled: .+\nNext: .+\n$/m);
      assert.equal(existsSync(json), false);
    });
  }

  it('leaves a cancelled run that opens', async () => {
    const watch = interruptAt(/^Estimate/m);
    const { code, stderr } = await adapterLab(['run', experiment], { watch });
    assert.equal(code, 130, stderr);
    const runs = path.join(folder.path, '.adapter-lab', 'runs');
    const [name] = readdirSync(runs);
    const run = path.join(runs, name!);
    const manifest: unknown = JSON.parse(readFileSync(path.join(run, runFiles.manifest), 'utf8'));
    assert.equal(runManifestSchema.parse(manifest).state, 'cancelled');
    const last = (await readRunEvents(run)).at(-1);
    assert.ok(last?.type === 'finished' && last.error?.code === 'cancelled');
    assert.ok(!readFileSync(experiment, 'utf8').includes('plan:'));
  });

  it('goes on with a cancelled run of an experiment, to its plan', async () => {
    const cwd = path.join(folder.path, 'shorter');
    const file = path.basename(await writeLongExperiment(cwd, 800));
    const { code, stderr } = await adapterLab(['run', file], { cwd, watch: interruptAt(/^Memory:/m) });
    assert.equal(code, 130, stderr);
    const said = /^To go on from where it stopped: adapter-lab run (\S+) --resume (\S+)$/m.exec(stderr);
    assert.equal(said?.[1], file, stderr);
    const resumed = await adapterLab(['run', file, '--resume', said[2]!], { cwd });
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.match(resumed.stdout, /^Kept layer [01] of 2 /m);
    assert.ok(readFileSync(path.join(cwd, file), 'utf8').includes('plan:'));
    const events = await readRunEvents(path.resolve(cwd, said[2]!));
    assert.deepEqual(
      events.flatMap(({ type }) => (['started', 'resumed', 'finished'].includes(type) ? [type] : [])),
      ['started', 'finished', 'resumed', 'finished'],
    );
  });
});
