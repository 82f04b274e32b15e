import assert from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { commitWith } from '../../../src/files/commitFiles';
import { requireWritable } from '../../../src/files/writable';
import { toLabError } from '../../../src/shared/errors';
import { startRepository } from '../../../scripts/lib/gitRepository';
import { rejectsWith } from './throwsCode';
import { temporaryFolder } from './temporary';

describe('a result that is asked for', () => {
  const folder = temporaryFolder();

  it('can be written where its folder is, new or over another file', async () => {
    const file = path.join(folder.path, 'scores.json');
    await requireWritable(file);
    await writeFile(file, '{}');
    await requireWritable(file);
  });

  it('is refused where there is no such folder, or where a folder stands', async () => {
    await rejectsWith(
      requireWritable(path.join(folder.path, 'no', 'a.json')),
      'not-writable',
      /there is no folder/,
    );
    const missing = await requireWritable(path.join(folder.path, 'no', 'a.json')).catch(toLabError);
    assert.match(missing?.next ?? '', /^Make the folder/);
    await rejectsWith(requireWritable(folder.path), 'not-writable', /it is a folder/);
  });
});

describe('a file written for a commit', () => {
  const folder = temporaryFolder();
  const repository = async (name: string, hook?: string): Promise<string> => {
    const home = path.join(folder.path, name);
    await mkdir(home);
    await writeFile(path.join(home, 'a.yaml'), 'version: 1\n');
    startRepository(home, 'Start', { ownIdentity: true });
    await writeFile(path.join(home, 'a.yaml'), 'version: 1\nplan:\n');
    if (hook !== undefined) await writeFile(path.join(home, '.git/hooks/pre-commit'), hook, { mode: 0o755 });
    return home;
  };
  const commit = (home: string): Promise<string> =>
    commitWith(
      { path: path.join(home, 'a.provenance.json'), text: 'new' },
      { repository: home, paths: [path.join(home, 'a.yaml')], message: 'Commit' },
    );

  it('is there after the commit', async () => {
    const home = await repository('fine');
    assert.match(await commit(home), /^[0-9a-f]{40}$/);
    assert.equal(await readFile(path.join(home, 'a.provenance.json'), 'utf8'), 'new');
  });

  it('is gone again where a hook refuses, or as it was before', async () => {
    const home = await repository('refused', '#!/bin/sh\nexit 1\n');
    const file = path.join(home, 'a.provenance.json');
    await rejectsWith(commit(home), 'git-failed');
    await assert.rejects(stat(file));
    await writeFile(file, 'old');
    await rejectsWith(commit(home), 'git-failed');
    assert.equal(await readFile(file, 'utf8'), 'old');
  });
});
