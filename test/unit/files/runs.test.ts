import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  experimentName,
  listRuns,
  newRunFolder,
  readRunEvents,
  runFiles,
  runsRoot,
} from '../../../src/files/runs';
import { newestPlannedRun } from '../../../src/files/runRecords';
import { rejectsWith } from './throwsCode';
import { temporaryFolder } from './temporary';

describe('runs on disk', () => {
  const folder = temporaryFolder();
  const experiment = (): string => path.join(folder.path, 'my-spam.adapter.yaml');
  const makeRun = async (name: string, events = ''): Promise<string> => {
    const run = path.join(runsRoot(experiment()), name);
    await mkdir(run, { recursive: true });
    await writeFile(path.join(run, runFiles.events), events);
    return run;
  };

  it('are named by time, experiment and job, in the order of time', () => {
    const first = newRunFolder(experiment(), 'score', new Date('2026-11-22T09:05:01.002Z'));
    const second = newRunFolder(experiment(), 'run', new Date('2026-11-22T10:00:00.000Z'));
    assert.equal(path.basename(first), '20261122-090501002-my-spam-score');
    assert.ok(first < second);
    assert.equal(experimentName(experiment()), 'my-spam');
  });

  it('are listed newest first, without those of other experiments and folders without events', async () => {
    const old = await makeRun('20250101-000000000-my-spam-score');
    const recent = await makeRun('20260101-000000000-my-spam-run');
    await makeRun('20270101-000000000-spam-run');
    await makeRun('20270101-000000000-my-spam-two-run');
    await mkdir(path.join(runsRoot(experiment()), '20280101-000000000-my-spam-run'));
    assert.deepEqual(await listRuns(experiment()), [recent, old]);
    assert.deepEqual(await listRuns(path.join(folder.path, 'elsewhere', 'x.adapter.yaml')), []);
  });

  it('open although their last line is half-written', async () => {
    const at = '2026-11-22T00:00:00.000Z';
    const whole = JSON.stringify({ at, type: 'stage', stage: 'load' });
    const run = await makeRun('20240101-000000000-my-spam-run', `${whole}\n${whole.slice(0, 20)}`);
    assert.deepEqual(await readRunEvents(run), [{ at, type: 'stage', stage: 'load' }]);
    await rejectsWith(readRunEvents(path.join(folder.path, 'nothing')), 'run-not-found');
  });

  it('without a readable plan are passed over when a plan is looked for', async () => {
    assert.equal(await newestPlannedRun(experiment()), undefined);
  });
});
