import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inStaging, removeRuntime } from '../../../../src/files/runtimes/staging';
import { temporaryFolder } from '../temporary';
import { rejectsWith } from '../throwsCode';

describe('the place of a runtime', () => {
  const temporary = temporaryFolder();
  let folder: string;
  let count = 0;
  beforeEach(() => {
    folder = join(temporary.path, String(++count), 'runtimes');
  });
  const lay = (text: string) => (staging: string) => {
    writeFileSync(join(staging, 'file'), text);
    return Promise.resolve(text);
  };

  it('has the whole of it or nothing', async () => {
    let seen: string[] = [];
    await inStaging(folder, 'webgpu', (staging) => {
      seen = readdirSync(folder);
      return lay('first')(staging);
    });
    assert.deepEqual(seen, [`.webgpu.${process.pid}`]);
    assert.deepEqual(readdirSync(folder), ['webgpu']);
  });

  it('keeps what was there until the new one is ready', async () => {
    await inStaging(folder, 'webgpu', lay('first'));
    const failing = inStaging(folder, 'webgpu', async (staging) => {
      await lay('second')(staging);
      throw new Error('broken');
    });
    await assert.rejects(failing, /broken/);
    assert.deepEqual(readdirSync(folder), ['webgpu']);
    assert.equal(readFileSync(join(folder, 'webgpu', 'file'), 'utf8'), 'first');
    await inStaging(folder, 'webgpu', lay('second'));
    assert.equal(readFileSync(join(folder, 'webgpu', 'file'), 'utf8'), 'second');
    assert.deepEqual(readdirSync(folder), ['webgpu']);
  });

  it('is cleared of what processes that are gone have left, and of nothing else', async () => {
    const { pid: gone } = spawnSync(process.execPath, ['-e', '0']);
    const { ppid: alive } = process;
    for (const name of [`.native.${gone}`, `.webgpu.removed.${gone}`, `.tensorflow.${alive}`, 'mine']) {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, 'file'), '');
    }
    await inStaging(folder, 'webgpu', lay('first'));
    assert.deepEqual(readdirSync(folder).sort(), [`.tensorflow.${alive}`, 'mine', 'webgpu']);
  });

  it('is empty after removing, also where it was empty before', async () => {
    await inStaging(folder, 'webgpu', lay('first'));
    await removeRuntime(folder, 'webgpu');
    assert.deepEqual(readdirSync(folder), []);
    await removeRuntime(folder, 'webgpu');
    await removeRuntime(join(folder, 'no/such'), 'webgpu');
  });

  it('says why it cannot be removed', async () => {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await rejectsWith(
      removeRuntime(file, 'webgpu'),
      'runtime-install-failed',
      /file.webgpu cannot be removed/,
    );
  });
});
