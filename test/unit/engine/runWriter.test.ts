import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { RunWriter } from '../../../src/engine/runWriter';
import { beganAt } from '../../../src/files/processes';
import { readRunEvents, runFiles } from '../../../src/files/runs';
import { LabError } from '../../../src/shared/errors';
import type { UnstampedRunEvent } from '../../../src/shared/runEvents';
import { runManifestSchema, type RunManifest } from '../../../src/shared/runManifest';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';

const manifest: RunManifest = {
  version: 1,
  id: 'a run',
  job: 'score',
  experiment: '../small.adapter.yaml',
  createdAt: '2026-01-01T00:00:00.000Z',
  state: 'running',
  pid: 1,
  seed: 1,
  versions: { adapterLab: '0', node: '0', tfjs: '0' },
  inputs: { experimentHash: '', model: '', modelHash: '', tasks: [] },
};
const started: UnstampedRunEvent = {
  type: 'started',
  job: 'score',
  experiment: 'small',
  tasks: ['first'],
};

describe('RunWriter', () => {
  const folder = temporaryFolder();
  let count = 0;
  const fresh = (): string => path.join(folder.path, `run ${count++}`);
  const nobody = (): void => undefined;
  const manifestIn = (run: string): RunManifest =>
    runManifestSchema.parse(JSON.parse(readFileSync(path.join(run, runFiles.manifest), 'utf8')));

  it('has the manifest in the folder before the first event', async () => {
    const run = fresh();
    const writer = await RunWriter.create(run, manifest, nobody);
    assert.deepEqual(manifestIn(run), manifest);
    assert.deepEqual(await readRunEvents(run), []);
    await writer.finish('done');
  });

  it('writes first and tells afterwards: whoever is told finds the line in the file', async () => {
    const run = fresh();
    const seen: number[] = [];
    const writer = await RunWriter.create(run, manifest, (told) => {
      assert.equal(told, run);
      seen.push(readFileSync(path.join(run, runFiles.events), 'utf8').split('\n').length - 1);
    });
    await writer.record(started);
    await writer.record({ type: 'stage', stage: 'load' });
    await writer.write('note.txt', 'text');
    await writer.finish('done');
    assert.deepEqual(seen, [1, 2, 3, 4]);
    const events = await readRunEvents(run);
    assert.deepEqual(events.at(-1), writer.last);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['started', 'stage', 'wrote', 'finished'],
    );
    assert.equal(readFileSync(path.join(run, 'note.txt'), 'utf8'), 'text');
    assert.equal(writer.state.status, 'done');
  });

  it('ends with what was noted in the manifest', async () => {
    const run = fresh();
    const writer = await RunWriter.create(run, manifest, nobody);
    await writer.record({ ...started, estimator: 'fisher' });
    writer.note({ device: 'native', inputs: { ...manifest.inputs, modelHash: 'sha256:1' } });
    await writer.finish('done');
    const { finishedAt, ...rest } = manifestIn(run);
    assert.ok(Number.isFinite(Date.parse(finishedAt ?? '')));
    assert.deepEqual(rest, {
      ...manifest,
      device: 'native',
      inputs: { ...manifest.inputs, modelHash: 'sha256:1' },
      state: 'done',
      outcome: 'fisher',
    });
  });

  const failures: readonly [what: string, thrown: unknown, state: 'failed' | 'cancelled', code: string][] = [
    ['an error of ours', new LabError('data-empty', 'No data.', 'Give some.'), 'failed', 'data-empty'],
    ['a cancel', new LabError('cancelled', 'Stopped.', 'Start again.'), 'cancelled', 'cancelled'],
    ['any other error', new TypeError('x is not a function'), 'failed', 'internal'],
    ['a full disk', Object.assign(new Error('no space left'), { code: 'ENOSPC' }), 'failed', 'disk-full'],
  ];
  for (const [what, thrown, state, code] of failures) {
    it(`records ${what} as the end: ${state}, ${code}`, async () => {
      const run = fresh();
      const writer = await RunWriter.create(run, manifest, nobody);
      await writer.record(started);
      const error = await writer.fail(thrown);
      assert.equal(error.code, code);
      const last = (await readRunEvents(run)).at(-1);
      assert.deepEqual(last, { ...last, type: 'finished', state, error: error.toPayload() });
      assert.equal(manifestIn(run).state, state);
      assert.equal(manifestIn(run).outcome, state === 'failed' ? error.message : '');
    });
  }

  it('counts the bytes of its files', async () => {
    const run = fresh();
    const writer = await RunWriter.create(run, manifest, nobody);
    const before = await writer.diskBytes();
    assert.equal(before, readFileSync(path.join(run, runFiles.manifest)).length);
    await writer.write('a', 'x'.repeat(1000));
    const line = readFileSync(path.join(run, runFiles.events)).length;
    assert.equal(await writer.diskBytes(), before + 1000 + line);
    await writer.finish('done');
  });

  it('leaves no temporary file beside what it wrote', async () => {
    const run = fresh();
    const writer = await RunWriter.create(run, manifest, nobody);
    await writer.write(runFiles.report, '# report');
    await writer.finish('done');
    assert.deepEqual(readdirSync(run).sort(), [runFiles.events, runFiles.report, runFiles.manifest].sort());
  });

  it('does not begin where there is a run, and leaves that as it is', async () => {
    const run = fresh();
    mkdirSync(run);
    const begun = `${JSON.stringify({ at: '', ...started })}\n{"at":"","ty`;
    appendFileSync(path.join(run, runFiles.events), begun);
    await rejectsWith(RunWriter.create(run, manifest, nobody), 'run-in-progress', /There is a run/);
    assert.deepEqual(readdirSync(run), [runFiles.events]);
    assert.equal(readFileSync(path.join(run, runFiles.events), 'utf8'), begun);
  });

  it('holds the run until it is finished', async () => {
    const run = fresh();
    const writer = await RunWriter.create(run, manifest, nobody);
    assert.ok(readdirSync(run).includes('run.lock'));
    await writer.finish('done');
    assert.ok(!readdirSync(run).includes('run.lock'));
  });

  it('goes on with a run that was stopped: its events stand, and it runs again', async () => {
    const run = fresh();
    const writer = await RunWriter.create(run, manifest, nobody);
    await writer.record(started);
    await writer.fail(new LabError('cancelled', 'Stopped.', 'Start again.'));
    appendFileSync(path.join(run, runFiles.events), '{"at":"","ty');
    const told: string[] = [];
    const again = await RunWriter.reopen(run, (of) => told.push(of));
    assert.equal(again.last, undefined);
    assert.deepEqual(again.state, writer.state);
    const { pid, pidBegan, host, state, finishedAt, resumedAt, ...rest } = manifestIn(run);
    assert.equal(host, os.hostname());
    assert.equal(pidBegan, await beganAt(process.pid));
    assert.deepEqual([pid, state, finishedAt], [process.pid, 'running', undefined]);
    assert.ok(Number.isFinite(Date.parse(resumedAt ?? '')));
    assert.deepEqual({ ...rest, pid: 1, state: 'running' }, manifest);
    assert.deepEqual(told, [], 'nothing was written yet');
    await again.record({ type: 'resumed' });
    assert.equal(again.state.status, 'running');
    await again.finish('done');
    assert.deepEqual(
      (await readRunEvents(run)).map(({ type }) => type),
      ['started', 'finished', 'resumed', 'finished'],
    );
    assert.deepEqual((await readRunEvents(run)).at(-1), again.last);
  });

  it('says that there is no run to go on with, or none that it knows', async () => {
    await rejectsWith(RunWriter.reopen(fresh(), nobody), 'run-not-found', /run\.json does not exist/);
    const run = fresh();
    mkdirSync(run);
    writeFileSync(path.join(run, runFiles.manifest), '{"version":2}');
    await rejectsWith(RunWriter.reopen(run, nobody), 'run-not-found', /run\.json/);
  });
});
