import assert from 'node:assert/strict';
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import manifest from '../../package.json';
import { temporaryFolder } from '../unit/files/temporary';
import { adapterLab, root, runCommand } from './commandLine';

describe('adapter-lab itself', () => {
  const folder = temporaryFolder();

  it('says its version', async () => {
    const { code, stdout, stderr } = await adapterLab(['--version']);
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it('is found by npx in the repository', async () => {
    const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
    const { code, stdout, stderr } = await runCommand(npx, ['--offline', 'adapter-lab', '--version']);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `${manifest.version}\n`);
  });

  it('explains each command on output', async () => {
    const { code, stdout } = await adapterLab(['--help']);
    assert.equal(code, 0);
    const commands = [
      ...['devices', 'inspect', 'check', 'score', 'allocate', 'search', 'train', 'merge', 'run'],
      ...['apply', 'export', 'commit'],
    ];
    for (const command of commands) assert.match(stdout, new RegExp(`^  ${command} `, 'm'));
    const score = await adapterLab(['score', '--help']);
    assert.equal(score.code, 0);
    const options = ['model', 'data', 'kind', 'estimator', 'samples', 'batch-size', 'max-length', 'device'];
    const ways = ['labels', 'taylor', 'processes', 'memory', 'resume', 'seed'];
    for (const option of [...options, ...ways, 'per-sample', 'json']) {
      assert.match(score.stdout, new RegExp(`^  --${option} `, 'm'));
    }
  });

  it('says how it is built where it is not', async () => {
    await mkdir(path.join(folder.path, 'bin'));
    const bin = path.join(folder.path, 'bin', 'adapter-lab.mjs');
    await cp(path.join(root, 'bin', 'adapter-lab.mjs'), bin);
    const { code, stderr } = await runCommand(process.execPath, [bin, '--version']);
    assert.equal(code, 2);
    assert.match(stderr, /not built yet\. Run: npm run build/);
  });
});
