import assert from 'node:assert/strict';
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../../src/files/atomic';
import { temporaryFolder } from './temporary';

describe('atomic writes', () => {
  const folder = temporaryFolder();

  it('write text, bytes and chunks, and leave nothing beside', async () => {
    const dir = join(folder.path, 'a');
    await mkdir(dir);
    const path = join(dir, 'file é.txt');
    await writeFileAtomic(path, 'one é');
    assert.equal(await readFile(path, 'utf8'), 'one é');
    await writeFileAtomic(path, Buffer.from('two'));
    await writeFileAtomic(path, [Buffer.from('th'), Buffer.from('ree')]);
    assert.equal(await readFile(path, 'utf8'), 'three');
    assert.deepEqual(await readdir(dir), ['file é.txt']);
  });

  it('keep the mode of the file and follow a link', async function () {
    if (process.platform === 'win32') this.skip();
    const [target, link] = [join(folder.path, 'target'), join(folder.path, 'link')];
    await writeFile(target, 'old');
    await chmod(target, 0o640);
    await symlink(target, link);
    await writeFileAtomic(link, 'new');
    assert.ok((await lstat(link)).isSymbolicLink());
    assert.equal(await readFile(target, 'utf8'), 'new');
    assert.equal((await stat(target)).mode & 0o777, 0o640);
  });

  it('leave the old content and no temporary file when the content fails', async () => {
    const dir = join(folder.path, 'b');
    await mkdir(dir);
    const path = join(dir, 'kept');
    await writeFile(path, 'old');
    function* failing(): Generator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('no more');
    }
    await assert.rejects(writeFileAtomic(path, failing()), /no more/);
    assert.equal(await readFile(path, 'utf8'), 'old');
    assert.deepEqual(await readdir(dir), ['kept']);
  });
});
