import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../../src/files/makeFolder';
import { temporaryFolder } from './temporary';

describe('makeFolder', () => {
  const folder = temporaryFolder();

  it('makes a folder and those above it, and is content with one that is there', async () => {
    const deep = path.join(folder.path, 'a', 'b', 'c');
    await makeFolder(deep);
    await makeFolder(deep);
    assert.ok(statSync(deep).isDirectory());
  });

  it('says why not where Node says that something does not exist', async () => {
    const { mkdir } = fs;
    mkdirSync(path.join(folder.path, 'locked'));
    // As on a file system that is read-only, which not every machine lets a test have.
    fs.mkdir = ((place: string, options?: object) =>
      options === undefined && !place.endsWith('deep')
        ? Promise.reject(Object.assign(new Error('read-only'), { code: 'EROFS' }))
        : Promise.reject(Object.assign(new Error('none'), { code: 'ENOENT' }))) as typeof mkdir;
    try {
      await assert.rejects(makeFolder(path.join(folder.path, 'locked', 'new', 'deep')), { code: 'EROFS' });
    } finally {
      fs.mkdir = mkdir;
    }
  });
});
