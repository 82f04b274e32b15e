import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appendRequest, readRequests, requestsFile } from '../../../src/files/searchRequests';
import { canResume, reasonAgainstResuming, resumeFile, runFiles } from '../../../src/files/runs';
import { temporaryFolder } from './temporary';
import { rejectsWith } from './throwsCode';

describe('what is asked of a search', () => {
  const folder = temporaryFolder();
  const runAt = async (name: string): Promise<string> => {
    await mkdir(join(folder.path, name));
    return join(folder.path, name);
  };
  const rank = (value: number) => ({ type: 'add' as const, point: { rank: value } });

  it('is nothing where nobody asked', async () => {
    const run = await runAt('none');
    assert.deepEqual(await readRequests(run), { paused: false, waiting: [], refusals: [] });
  });

  it('is the last word on pausing, and what was asked for and not answered', async () => {
    const run = await runAt('asked');
    await appendRequest(run, { type: 'pause' });
    await appendRequest(run, rank(8));
    assert.equal((await readRequests(run)).paused, true);
    await appendRequest(run, rank(3));
    await appendRequest(run, { type: 'go-on' });
    await appendRequest(run, rank(16));
    await appendRequest(run, { type: 'answered', request: 1 });
    await appendRequest(run, { type: 'answered', request: 2, refusal: 'Rank 3 is no candidate.' });
    assert.deepEqual(await readRequests(run), {
      paused: false,
      waiting: [{ request: 4, point: { rank: 16 } }],
      refusals: ['Rank 3 is no candidate.'],
    });
  });

  it('is an error in words where the file cannot be read, and then the run is not resumed', async () => {
    const run = await runAt('unreadable');
    await mkdir(join(run, 'state'));
    await writeFile(resumeFile(run), '{}');
    assert.equal(await canResume(run), true);
    assert.equal(await reasonAgainstResuming(run), undefined);
    await mkdir(join(run, requestsFile));
    await rejectsWith(readRequests(run), 'journal-invalid', /requests\.jsonl is a folder/);
    assert.equal(await canResume(run), false);
    assert.match((await reasonAgainstResuming(run)) ?? '', /requests\.jsonl is a folder/);
  });

  it('loses no other line to one that was half-written or is of somebody else', async () => {
    const run = await runAt('torn');
    await appendRequest(run, rank(8));
    await appendFile(join(run, requestsFile), '{"type":"add","point":{"ra');
    assert.equal((await readRequests(run)).waiting.length, 1);
    await appendRequest(run, rank(4));
    await appendFile(join(run, requestsFile), '{"type":"dance"}\nnonsense\n');
    await appendRequest(run, { type: 'pause' });
    const { waiting, paused } = await readRequests(run);
    assert.deepEqual(waiting, [
      { request: 0, point: { rank: 8 } },
      { request: 2, point: { rank: 4 } },
    ]);
    assert.ok(paused);
    assert.equal((await readFile(join(run, requestsFile), 'utf8')).split('\n').length, 7);
  });

  it('makes a search go on that had come to its end, until it is answered', async () => {
    const run = await runAt('ended');
    const manifest = {
      ...{
        version: 1,
        id: 'ended',
        job: 'search',
        state: 'done',
        experiment: '',
        createdAt: '2026-01-01T00:00:00Z',
        pid: 1,
      },
      ...{ seed: 1, versions: { adapterLab: '1', node: '20', tfjs: '4' } },
      inputs: { experimentHash: '', model: '', modelHash: '', tasks: [] },
    };
    await writeFile(join(run, runFiles.manifest), JSON.stringify(manifest));
    await writeFile(join(run, runFiles.scores), '{}');
    // Every trial failed: without anything new it would end so again.
    await writeFile(join(run, runFiles.trials), '{"type":"stopped"}\n');
    assert.ok(!(await canResume(run)));
    await appendRequest(run, rank(8));
    assert.ok(await canResume(run));
    await appendRequest(run, { type: 'answered', request: 0 });
    assert.ok(!(await canResume(run)));
  });
});
