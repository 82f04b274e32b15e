import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  copySample,
  freeFolder,
  isSample,
  sampleExperiment,
} from '../../../src/extension/sample/sampleFolder';
import { runGit } from '../../../src/files/gitProcess';
import { startRepository } from '../../../src/files/startRepository';
import { temporaryFolder } from '../files/temporary';

const sample = path.resolve(__dirname, '../../../media/sample');

describe('a copy of the sample', () => {
  const folder = temporaryFolder();

  it('is whole, a repository with one commit, and never in the place of something', async () => {
    const first = await freeFolder(folder.path);
    assert.equal(path.basename(first), 'adapter-lab-sample');
    await copySample(sample, first);
    assert.ok(await isSample(first));
    const inside = async (root: string): Promise<string[]> =>
      (await readdir(root, { recursive: true })).filter((name) => !name.startsWith('.git/')).sort();
    assert.deepEqual(await inside(first), await inside(sample));
    assert.ok(await startRepository(first, 'Start'));
    const git = async (...args: string[]): Promise<string> =>
      (await runGit('git', first, args)).stdout.trim();
    assert.equal(await git('log', '--format=%s'), 'Start');
    assert.equal(await git('status', '--porcelain'), '');
    assert.doesNotMatch(await git('ls-files'), /\.adapter-lab\//);

    await writeFile(path.join(first, sampleExperiment), 'mine\n');
    const second = await freeFolder(folder.path);
    assert.equal(path.basename(second), 'adapter-lab-sample-2');
    assert.equal(await readFile(path.join(first, sampleExperiment), 'utf8'), 'mine\n');
    // A folder without anything in it is as good as none.
    await mkdir(second);
    assert.equal(await freeFolder(folder.path), second);
    // What lies in a repository is left to it.
    await mkdir(path.join(first, 'inner'));
    assert.equal(await startRepository(path.join(first, 'inner'), 'Start'), false);
  });

  it('is not looked for without end where its parent is no folder', async () => {
    const file = path.join(folder.path, 'file');
    await writeFile(file, '');
    await assert.rejects(freeFolder(file), { code: 'ENOTDIR' });
  });

  it('is no repository where that fails, and none within one of which git says nothing', async () => {
    const folders = ['fails', 'again', 'refused'].map((name) => path.join(folder.path, 'copies', name));
    const [fails = '', again = '', refused = ''] = folders;
    for (const one of folders) await mkdir(one, { recursive: true });
    // Nothing to commit.
    await assert.rejects(startRepository(fails, 'Start'), { code: 'git-failed' });
    assert.deepEqual(await readdir(fails), []);
    await writeFile(path.join(again, 'a.txt'), 'a');
    assert.equal(await startRepository(again, 'Start'), true);
    const git = path.join(folder.path, 'git.sh');
    const words = 'fatal: detected dubious ownership';
    const script = `case "$*" in *rev-parse*) echo "${words}" >&2; exit 128;; esac\nexec git "$@"\n`;
    await writeFile(git, `#!/bin/sh\n${script}`, { mode: 0o755 });
    await writeFile(path.join(refused, 'a.txt'), 'a');
    await assert.rejects(startRepository(refused, 'Start', git), { code: 'git-failed', message: /dubious/ });
    assert.deepEqual(await readdir(refused), ['a.txt']);
  });
});
