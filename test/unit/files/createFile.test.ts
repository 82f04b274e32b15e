import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFile } from '../../../src/files/createFile';
import { systemCode } from '../../../src/files/fileError';
import { temporaryFolder } from './temporary';

describe('a file that is made', () => {
  const folder = temporaryFolder();
  const large = 'x'.repeat(16 << 20);
  const isThere = (thrown: unknown): boolean => systemCode(thrown) === 'EEXIST';

  it('is there whole, or not at all', async () => {
    const path = join(folder.path, 'whole.yaml');
    let isOver = false;
    const making = createFile(path, large).finally(() => (isOver = true));
    const seen = new Set<number>();
    while (!isOver) seen.add((await readFile(path, 'utf8').catch(() => large)).length);
    await making;
    assert.deepEqual([...seen], [large.length]);
    assert.equal(await readFile(path, 'utf8'), large);
  });

  it('takes no place of another one, be that there before or come meanwhile', async () => {
    const own = join(folder.path, 'own');
    await mkdir(own);
    const path = join(own, 'a.yaml');
    const refused = assert.rejects(createFile(path, large), isThere);
    // The other one must come first, or this test is none.
    await writeFile(path, 'of another', { flag: 'wx' });
    await refused;
    await assert.rejects(createFile(path, 'short'), isThere);
    assert.equal(await readFile(path, 'utf8'), 'of another');
    await symlink('nowhere', join(own, 'link'));
    await assert.rejects(createFile(join(own, 'link'), 'short'), isThere);
    assert.deepEqual((await readdir(own)).sort(), ['a.yaml', 'link']);
  });
});
