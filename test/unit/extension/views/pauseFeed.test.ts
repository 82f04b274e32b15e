import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PauseFeed } from '../../../../src/extension/views/pauseFeed';
import { appendRequest, requestsFile } from '../../../../src/files/searchRequests';
import { temporaryFolder } from '../../files/temporary';
import { logOf } from '../logOf';

describe('what the side bar is told of a pause that is asked for', () => {
  const folder = temporaryFolder();
  const feedOf = async (name: string) => {
    const run = join(folder.path, name);
    await mkdir(run);
    const told: boolean[] = [];
    const { log, lines } = logOf();
    const feed = new PauseFeed(
      run,
      (message) => {
        assert.ok(message.type === 'asked' && message.run === name);
        told.push(message.pause);
      },
      log,
    );
    return { run, told, lines, feed };
  };

  it('is told once each time that it changes, and nothing where nobody asked', async () => {
    const { run, told, feed } = await feedOf('asked');
    await feed.look();
    assert.deepEqual(told, []);
    await appendRequest(run, { type: 'pause' });
    await feed.look();
    await feed.look();
    await appendRequest(run, { type: 'add', point: { rank: 4 } });
    await feed.look();
    assert.deepEqual(told, [true]);
    await appendRequest(run, { type: 'go-on' });
    await feed.look();
    assert.deepEqual(told, [true, false]);
    feed.dispose();
    await appendRequest(run, { type: 'pause' });
    await feed.look();
    assert.deepEqual(told, [true, false]);
  });

  it('is one line of the log where it cannot be read', async () => {
    const { run, told, lines, feed } = await feedOf('unreadable');
    await mkdir(join(run, requestsFile));
    await feed.look();
    await feed.look();
    assert.deepEqual(told, []);
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /requests\.jsonl is a folder/);
  });
});
