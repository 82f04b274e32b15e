import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  installedRuntimes,
  runtimeRequire,
  runtimesFolder,
  thisPlatform,
  type RuntimeRecord,
} from '../../../../src/files/runtimes';
import { temporaryFolder } from '../temporary';

describe('the records of installed runtimes', () => {
  const folder = temporaryFolder();
  const record = (id: RuntimeRecord['id'], changes: object = {}): string =>
    JSON.stringify({
      version: 1,
      id,
      platform: thisPlatform,
      packages: ['webgpu@0.6.2'],
      installedAt: '2026-01-02T03:04:05.000Z',
      bytes: 12,
      files: [{ name: 'a.tar.gz', sha256: 'ab', verified: false }],
      ...changes,
    });
  const write = (id: string, text: string): void => {
    mkdirSync(join(folder.path, id), { recursive: true });
    writeFileSync(join(folder.path, id, 'runtime.json'), text);
  };
  const ids = async (): Promise<string[]> => (await installedRuntimes(folder.path)).map(({ id }) => id);
  const env = (): NodeJS.ProcessEnv => ({ ADAPTER_LAB_RUNTIMES: folder.path });
  beforeEach(() => {
    for (const id of ['tensorflow', 'webgpu', 'native']) {
      rmSync(join(folder.path, id), { recursive: true, force: true });
    }
  });

  it('are read in the order of the table', async () => {
    assert.deepEqual(await installedRuntimes(join(folder.path, 'no/such')), []);
    write('native', record('native'));
    write('tensorflow', record('tensorflow'));
    mkdirSync(join(folder.path, '.webgpu.123'), { recursive: true });
    assert.deepEqual(await ids(), ['tensorflow', 'native']);
    const [first] = await installedRuntimes(folder.path);
    assert.deepEqual(first, JSON.parse(record('tensorflow')));
  });

  for (const [what, text] of [
    ['no JSON', '{'],
    ['empty', ''],
    ['without its packages', record('webgpu', { packages: undefined })],
    ['of a later version', record('webgpu', { version: 2 })],
    ['of another runtime', record('native')],
    ['of another machine', record('webgpu', { platform: 'plan9-vax' })],
    ['with a file that has no hash', record('webgpu', { files: [{ name: 'x', verified: true }] })],
  ] as const) {
    it(`count as none where they are ${what}`, async () => {
      write('webgpu', text);
      write('native', record('native'));
      assert.deepEqual(await ids(), ['native']);
      assert.equal(runtimeRequire('webgpu', env()), undefined);
    });
  }

  it('are found where the variable says', () => {
    assert.equal(runtimesFolder({}), undefined);
    assert.equal(runtimesFolder({ ADAPTER_LAB_RUNTIMES: '' }), undefined);
    assert.equal(runtimesFolder({ ADAPTER_LAB_RUNTIMES: '/a' }), '/a');
  });

  it("open the runtime's own modules", () => {
    write('webgpu', record('webgpu'));
    const home = join(folder.path, 'webgpu', 'node_modules', 'webgpu');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'index.js'), 'module.exports = { from: __filename };');
    const load = runtimeRequire('webgpu', env());
    assert.deepEqual(load?.('webgpu'), { from: join(home, 'index.js') });
    assert.equal(runtimeRequire('webgpu', {}), undefined);
    assert.equal(runtimeRequire('native', env()), undefined);
  });
});
