import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ageOf, Heartbeat, isBeating } from '../../../src/files/heartbeat';
import { temporaryFolder } from './temporary';

const until = async (what: () => boolean): Promise<void> => {
  for (let tries = 0; !what(); tries++) {
    assert.ok(tries < 500, 'it never was');
    await sleep(10);
  }
};

describe('a file that says that somebody lives', () => {
  const folder = temporaryFolder();
  const longAgo = new Date(Date.now() - 3_600_000);

  it('is written again and again, and stays what it is', async () => {
    const file = path.join(folder.path, 'beating');
    await writeFile(file, 'mine\n');
    await utimes(file, longAgo, longAgo);
    assert.equal(await isBeating(file), false);
    const beat = await Heartbeat.start(file, 'mine\n', 10);
    await until(() => statSync(file).mtimeMs > longAgo.getTime() + 1_800_000);
    assert.equal(await isBeating(file), true);
    assert.equal(readFileSync(file, 'utf8'), 'mine\n');
    assert.equal(beat.isTaken, false);
    await beat.stop();
    await utimes(file, longAgo, longAgo);
    await sleep(50);
    assert.equal(await isBeating(file), false);
  });

  it('is known to be another one where it was replaced, and that one is left alone', async () => {
    const file = path.join(folder.path, 'taken');
    await writeFile(file, 'mine\n');
    const beat = await Heartbeat.start(file, 'mine\n', 10);
    assert.equal(await beat.isOurs(), true);
    await writeFile(`${file} new`, 'theirs\n');
    await rename(`${file} new`, file);
    await until(() => beat.isTaken);
    assert.equal(await beat.isOurs(), false);
    assert.equal(readFileSync(file, 'utf8'), 'theirs\n');
    await rm(file);
    assert.equal(await beat.isOurs(), false);
    await beat.stop();
  });

  it('has no age where it is not there', async () => {
    assert.equal(await ageOf(path.join(folder.path, 'none')), undefined);
    assert.equal(await isBeating(path.join(folder.path, 'none')), false);
  });
});
