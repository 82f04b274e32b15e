import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startRepository } from '../../scripts/lib/gitRepository';
import { writeSmallExperiment } from '../unit/engine/smallExperiment';
import { temporaryFolder } from '../unit/files/temporary';
import { adapterLab } from './commandLine';

describe('adapter-lab commit', () => {
  const folder = temporaryFolder();
  const name = 'small.adapter.yaml';
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: folder.path, encoding: 'utf8' }).trim();

  before(async () => {
    await writeSmallExperiment(folder.path);
    startRepository(folder.path, 'Start', { ownIdentity: true });
  });

  it('refuses an experiment that was never allocated', async () => {
    const { code, stderr } = await adapterLab(['commit', name], { cwd: folder.path });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^plan-missing: [^]*^Next: Run Allocate first, or on the command line adapter-lab run\.$/m,
    );
  });

  it('commits the experiment and its provenance, and leaves what is staged staged', async () => {
    assert.equal((await adapterLab(['run', name], { cwd: folder.path })).code, 0);
    assert.equal(git('status', '--short'), `M ${name}`, 'runs are ignored by a file of their own');
    writeFileSync(path.join(folder.path, 'mine.txt'), 'staged');
    git('add', 'mine.txt');
    const { code, stdout, stderr } = await adapterLab(['commit', name], { cwd: folder.path });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Committed small\.adapter\.yaml and small\.provenance\.json as [0-9a-f]{10}\.$/m);
    assert.match(stderr, /^\+plan:$/m);
    assert.deepEqual(git('show', '--name-only', '--format=', 'HEAD').split('\n'), [
      name,
      'small.provenance.json',
    ]);
    assert.equal(git('status', '--short'), 'A  mine.txt');
    const trailers = git('log', '-1', '--format=%(trailers:only)');
    for (const key of ['Method', 'Budget', 'Run', 'Scores', 'Data', 'Seed', 'Version', 'Verdict']) {
      assert.match(trailers, new RegExp(`^Adapter-Lab-${key}: .`, 'm'));
    }
  });

  it('leaves no provenance behind where a hook refuses', async () => {
    git('rm', '--quiet', '--cached', 'small.provenance.json');
    git('commit', '--quiet', '--no-verify', '--message', 'Forget the provenance');
    execFileSync('rm', [path.join(folder.path, 'small.provenance.json')]);
    appendFileSync(path.join(folder.path, name), '# a word\n');
    writeFileSync(path.join(folder.path, '.git/hooks/pre-commit'), '#!/bin/sh\necho no >&2\nexit 1\n', {
      mode: 0o755,
    });
    const { code, stderr } = await adapterLab(['commit', name], { cwd: folder.path });
    assert.equal(code, 2);
    assert.match(stderr, /^git-failed: [^]*no/m);
    assert.ok(!existsSync(path.join(folder.path, 'small.provenance.json')));
  });
});
