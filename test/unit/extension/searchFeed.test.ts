import assert from 'node:assert/strict';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SearchFeed } from '../../../src/extension/searches/searchFeed';
import { runFiles } from '../../../src/files/runs';
import { appendRequest } from '../../../src/files/searchRequests';
import type { StudyEvent } from '../../../src/search/studyEvents';
import { decodeFromWebview } from '../../../src/shared/decodeFromWebview';
import type { SearchOutlook } from '../../../src/shared/searchOutlook';
import { temporaryFolder } from '../files/temporary';
import { at, settingsOf } from '../search/studies';
import { logOf, until } from './logOf';

describe('what a page is told of a search', () => {
  const folder = temporaryFolder();
  let count = 0;
  const told = (trial: number, rank: number, value: number): StudyEvent[] => [
    { at, type: 'proposed', proposals: [{ point: { rank } }] },
    { at, type: 'told', trial, seed: 1, value },
  ];
  const lines = (events: readonly StudyEvent[]): string =>
    events.map((event) => `${JSON.stringify(event)}\n`).join('');

  async function feed(events: readonly StudyEvent[]) {
    const run = join(folder.path, `run-${count++}`);
    await mkdir(run);
    if (events.length > 0) await writeFile(join(run, runFiles.trials), lines(events));
    const outlooks: SearchOutlook[] = [];
    const { log, lines: logged } = logOf();
    const one = new SearchFeed(
      run,
      (message) => {
        assert.ok(message.type === 'outlook' && run.endsWith(message.run));
        outlooks.push(message.outlook);
      },
      log,
    );
    await one.look();
    return { run, one, outlooks, logged };
  }
  const begun: StudyEvent = { at, type: 'study', version: 1, settings: settingsOf() };

  it('is the outlook at once, then with the reasons of all trials, and nothing while nothing changes', async () => {
    const { one, outlooks } = await feed([begun, ...told(0, 2, 0.5), ...told(1, 64, 0.7)]);
    assert.deepEqual(
      outlooks.map(({ trials }) => trials.map(({ why }) => why.length)),
      [
        [0, 0],
        [1, 1],
      ],
    );
    assert.match(outlooks[1]!.trials[0]!.why[0]!, /the smallest corner/);
    await one.look();
    assert.equal(outlooks.length, 2);
  });

  it('grows with the study and with what is asked by whomever, and keeps the reasons that it knows', async () => {
    const { run, one, outlooks } = await feed([begun, ...told(0, 2, 0.5)]);
    await appendFile(join(run, runFiles.trials), lines(told(1, 64, 0.7)));
    await one.look();
    assert.deepEqual(
      outlooks[2]!.trials.map(({ why }) => why.length),
      [1, 0],
    );
    assert.deepEqual(
      outlooks[3]!.trials.map(({ why }) => why.length),
      [1, 1],
    );
    await appendRequest(run, { type: 'pause' });
    await appendRequest(run, { type: 'add', point: { rank: 16 } });
    await one.look();
    assert.deepEqual(outlooks.at(-1)!.requests, { paused: true, waiting: [{ rank: 16 }] });
  });

  it('has the reasons at once where the page is shown again, though not those of another run', async () => {
    const events = [begun, ...told(0, 2, 0.5), ...told(1, 64, 0.7)];
    const first = await feed(events);
    first.one.dispose();
    const again: SearchOutlook[] = [];
    const { log } = logOf();
    const shown = new SearchFeed(
      first.run,
      (message) => message.type === 'outlook' && again.push(message.outlook),
      log,
    );
    await shown.look();
    assert.deepEqual(again, [first.outlooks[1]]);
    const other = await feed(events);
    assert.deepEqual(
      other.outlooks[0]!.trials.map(({ why }) => why.length),
      [0, 0],
    );
  });

  it('looks by itself until it is over, and says nothing before there is a study', async () => {
    const { run, one, outlooks } = await feed([]);
    assert.equal(outlooks.length, 0);
    one.start();
    await writeFile(join(run, runFiles.trials), lines([begun]));
    await until(() => outlooks.length === 1, 'the outlook');
    one.dispose();
    await appendFile(join(run, runFiles.trials), lines(told(0, 2, 0.5)));
    await one.look();
    assert.equal(outlooks.length, 1);
  });

  it('is a line of the log where the journal cannot be read', async () => {
    const { run, one, outlooks, logged } = await feed([begun]);
    await appendFile(join(run, runFiles.trials), '{"type":"guess"}\n');
    await one.look();
    assert.equal(outlooks.length, 1);
    assert.match(logged.join(), /^error: Line 2 of .*trials\.jsonl/);
  });
});

describe('what a page asks of a search', () => {
  it('is read where it is one of ours, and is nothing otherwise', () => {
    const steer = (steering: unknown) => decodeFromWebview({ type: 'steer', steering });
    assert.deepEqual(steer({ type: 'pause' }), { type: 'steer', steering: { type: 'pause' } });
    const add = { type: 'add', point: { rank: 8, layers: 0.5 } };
    assert.deepEqual(steer(add), { type: 'steer', steering: add });
    for (const wrong of [
      { type: 'dance' },
      { type: 'add' },
      { type: 'add', point: { rank: '8' } },
      undefined,
    ])
      assert.equal(steer(wrong), undefined);
  });
});
