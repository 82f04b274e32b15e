import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commitOnly, diffOf, findRepository, isOfRepository } from '../../../src/files/git';
import { temporaryFolder } from './temporary';
import { rejectsWith } from './throwsCode';

describe('git', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let count = 0;

  const git = (repository: string, ...args: string[]): string =>
    execFileSync('git', args, { cwd: repository, encoding: 'utf8', stdio: 'pipe' });

  /** A repository with one commit of `kept.txt`. */
  async function fresh(commit = true): Promise<string> {
    const dir = join(folder.path, `repository ${count++}`);
    await mkdir(dir);
    const repository = await realpath(dir);
    git(repository, 'init', '--quiet');
    git(repository, 'config', 'user.name', 'Tester');
    git(repository, 'config', 'user.email', 'tester@example.org');
    git(repository, 'config', 'core.autocrlf', 'false');
    await writeFile(join(repository, 'kept.txt'), 'one\n');
    if (commit) {
      git(repository, 'add', 'kept.txt');
      git(repository, 'commit', '--quiet', '-m', 'First');
    }
    return repository;
  }

  const status = (repository: string): string => git(repository, 'status', '--porcelain=v1', '-uall');
  const inLastCommit = (repository: string): string[] =>
    git(repository, '-c', 'core.quotePath=false', 'show', '--name-only', '--format=', 'HEAD')
      .trim()
      .split('\n');

  it('finds the repository of a file and of a folder, and says where there is none', async () => {
    const repository = await fresh();
    await mkdir(join(repository, 'sub folder'));
    assert.equal(await realpath(await findRepository(join(repository, 'kept.txt'))), repository);
    assert.equal(await realpath(await findRepository(join(repository, 'sub folder'))), repository);
    const outside = join(folder.path, 'no repository');
    await mkdir(outside);
    await rejectsWith(findRepository(outside), 'not-a-repository', /is in no git repository/);
    await rejectsWith(findRepository(repository, 'no-such-git'), 'git-failed', /no program "no-such-git"/);
  });

  it('knows its own files, through links as well, from those of others', async () => {
    const repository = await fresh();
    await mkdir(join(repository, 'sub/inner'), { recursive: true });
    for (const path of ['..config.yml', 'sub/a.yml', 'sub/inner/b.yml']) {
      await writeFile(join(repository, path), 'x: 1\n');
    }
    git(join(repository, 'sub/inner'), 'init', '--quiet');
    const linked = join(folder.path, `link ${count}`);
    await symlink(repository, linked);
    for (const top of [repository, linked]) {
      for (const root of [repository, linked]) {
        const isOwn = (path: string): Promise<boolean> => isOfRepository(top, join(root, path));
        assert.equal(await isOwn('kept.txt'), true);
        assert.equal(await isOwn('..config.yml'), true);
        assert.equal(await isOwn('sub/a.yml'), true);
        assert.equal(await isOwn('sub/inner/b.yml'), false);
      }
    }
    assert.equal(await isOfRepository(repository, join(await fresh(), 'kept.txt')), false);
    assert.equal(await isOfRepository(repository, join(folder.path, 'nowhere.yml')), false);
  });

  it('commits only the files it was given, new and changed, whatever their names', async () => {
    const repository = await fresh();
    const paths = ['an experiment é.adapter.yaml', 'sub/*.json', ':odd [x].txt', 'kept.txt'];
    await mkdir(join(repository, 'sub'));
    for (const path of paths) await writeFile(join(repository, path), `${path}\n`);
    await writeFile(join(repository, 'sub/other.json'), 'not asked for\n');
    await writeFile(join(repository, 'staged.txt'), 'staged before\n');
    git(repository, 'add', 'staged.txt');
    const message = 'Subject é\n\n# no comment\n\nAdapter-Lab-Method: floe\n';
    const id = await commitOnly({ repository, paths: paths.map((path) => join(repository, path)), message });
    assert.equal(git(repository, 'rev-parse', 'HEAD').trim(), id);
    assert.equal(git(repository, 'log', '-1', '--format=%B').trim(), message.trim());
    assert.equal(
      git(repository, 'log', '-1', '--format=%(trailers:key=Adapter-Lab-Method,valueonly)').trim(),
      'floe',
    );
    assert.deepEqual(inLastCommit(repository).sort(), [...paths].sort());
    assert.equal(status(repository), 'A  staged.txt\n?? sub/other.json\n');
  });

  it('commits the content on disk of a file that was staged with another', async () => {
    const repository = await fresh();
    const kept = join(repository, 'kept.txt');
    await writeFile(kept, 'staged\n');
    git(repository, 'add', 'kept.txt');
    await writeFile(kept, 'on disk\n');
    await commitOnly({ repository, paths: [kept], message: 'Second' });
    assert.equal(git(repository, 'show', 'HEAD:kept.txt'), 'on disk\n');
    assert.equal(status(repository), '');
  });

  it('makes the first commit of a repository', async () => {
    const repository = await fresh(false);
    const paths = [join(repository, 'kept.txt')];
    assert.match(await diffOf({ repository, paths }), /\+one/);
    await commitOnly({ repository, paths, message: 'First' });
    assert.deepEqual(inLastCommit(repository), ['kept.txt']);
  });

  it('refuses when nothing changed', async () => {
    const repository = await fresh();
    const paths = [join(repository, 'kept.txt')];
    await rejectsWith(commitOnly({ repository, paths, message: 'x' }), 'nothing-to-commit', /kept\.txt/);
    await writeFile(paths[0]!, 'two\n');
    await rejectsWith(commitOnly({ repository, paths: [], message: 'x' }), 'nothing-to-commit', /No file/);
  });

  it('shows the diff of changed and new files and touches nothing', async () => {
    const repository = await fresh();
    const paths = ['kept.txt', 'new é.txt'].map((path) => join(repository, path));
    await writeFile(paths[0]!, 'two\n');
    await writeFile(paths[1]!, 'three\n');
    const before = status(repository);
    const diff = await diffOf({ repository, paths });
    assert.match(diff, /-one\n\+two/);
    assert.match(diff, /\+\+\+ .*b\/new [^\n]*\n@@ -0,0 \+1 @@\n\+three/);
    assert.equal(status(repository), before);
    assert.equal(await diffOf({ repository, paths: [] }), '');
  });

  it('leaves everything as it was where a hook refuses', async function () {
    if (process.platform === 'win32') this.skip();
    const repository = await fresh();
    const hook = join(repository, '.git/hooks/pre-commit');
    await writeFile(hook, '#!/bin/sh\necho "the hook says no" >&2\nexit 1\n');
    await chmod(hook, 0o755);
    await writeFile(join(repository, 'staged.txt'), 'staged before\n');
    git(repository, 'add', 'staged.txt');
    const paths = ['kept.txt', 'new.yaml'].map((path) => join(repository, path));
    for (const path of paths) await writeFile(path, 'changed\n');
    const [before, head] = [status(repository), git(repository, 'rev-parse', 'HEAD')];
    await rejectsWith(commitOnly({ repository, paths, message: 'x' }), 'git-failed', /the hook says no/);
    assert.equal(status(repository), before);
    assert.equal(git(repository, 'rev-parse', 'HEAD'), head);
    await writeFile(hook, '#!/bin/sh\nexit 0\n');
    await commitOnly({ repository, paths, message: 'x' });
    assert.equal(status(repository), 'A  staged.txt\n');
  });

  it('says that .gitignore excludes a file, and commits one that is tracked all the same', async () => {
    const repository = await fresh();
    await writeFile(join(repository, '.gitignore'), '*.log\nkept.txt\n');
    const log = join(repository, 'x.log');
    await writeFile(log, 'x\n');
    const before = status(repository);
    await rejectsWith(
      commitOnly({ repository, paths: [log], message: 'x' }),
      'git-failed',
      /excludes x\.log/,
    );
    assert.equal(status(repository), before);
    await writeFile(join(repository, '.gitignore'), 'deep/\nkept.txt\n');
    await mkdir(join(repository, 'deep/er'), { recursive: true });
    const inner = join(repository, 'deep/er/plan.json');
    await writeFile(inner, '{}');
    await rejectsWith(
      commitOnly({ repository, paths: [inner], message: 'x' }),
      'git-failed',
      /excludes plan\.json/,
    );
    const kept = join(repository, 'kept.txt');
    await writeFile(kept, 'two\n');
    await commitOnly({ repository, paths: [kept], message: 'x' });
    assert.deepEqual(inLastCommit(repository), ['kept.txt']);
  });

  it('is not misled by variables of a surrounding git process', async () => {
    const [repository, other] = [await fresh(), await fresh()];
    process.env['GIT_DIR'] = join(other, '.git');
    process.env['GIT_INDEX_FILE'] = join(other, 'index');
    try {
      assert.equal(await realpath(await findRepository(repository)), repository);
      await writeFile(join(repository, 'kept.txt'), 'two\n');
      await commitOnly({ repository, paths: [join(repository, 'kept.txt')], message: 'Second' });
    } finally {
      delete process.env['GIT_DIR'];
      delete process.env['GIT_INDEX_FILE'];
    }
    assert.equal(git(repository, 'log', '-1', '--format=%s').trim(), 'Second');
    assert.equal(git(other, 'log', '-1', '--format=%s').trim(), 'First');
  });
});
