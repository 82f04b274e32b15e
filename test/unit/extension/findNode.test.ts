import assert from 'node:assert/strict';
import { findNode, type NodeSearch } from '../../../src/extension/engineClient/findNode';
import { probeNode } from '../../../src/extension/engineClient/probeNode';
import { rejectsWith } from '../files/throwsCode';

/** A world in which these programs say these versions, and no others exist. */
function world(programs: Readonly<Record<string, string>>, changes: Partial<NodeSearch> = {}): NodeSearch {
  return {
    setting: '',
    env: { PATH: '/bin', ELECTRON_RUN_AS_NODE: '1' },
    home: '/home/me',
    host: { execPath: '/app/code', version: '22.1.0', electron: true },
    probe: (execPath) => {
      const version = programs[execPath];
      if (version !== undefined) return Promise.resolve(version);
      return Promise.reject(Object.assign(new Error('spawn'), { code: 'ENOENT' }));
    },
    ...changes,
  };
}

describe('the search for a Node', () => {
  it('takes the setting at its word, and clears the variable that makes Electron a Node', async () => {
    const found = await findNode(
      world({ '/opt/node': '20.3.1\n', node: '22.0.0' }, { setting: ' /opt/node ' }),
    );
    assert.equal(found.execPath, '/opt/node');
    assert.equal(found.version, '20.3.1');
    assert.deepEqual(found.env, { PATH: '/bin' });
  });

  it("opens ~ as the user's home", async () => {
    const found = await findNode(world({ '/home/me/n/node': '24.0.0' }, { setting: '~/n/node' }));
    assert.equal(found.execPath, '/home/me/n/node');
  });

  it('never passes a wrong setting over', async () => {
    const search = (setting: string) =>
      findNode(world({ node: '22.0.0', old: '18.20.0', odd: 'hello' }, { setting }));
    await rejectsWith(
      search('/no/such'),
      'engine-node-missing',
      /nodePath names \/no\/such, which does not exist/,
    );
    await rejectsWith(search('old'), 'engine-node-missing', /Node 18\.20\.0, older than 20/);
    await rejectsWith(search('odd'), 'engine-node-missing', /is no Node/);
  });

  it('prefers node on the PATH to the runtime of VS Code', async () => {
    const found = await findNode(world({ node: 'v20.11.0' }));
    assert.equal(found.execPath, 'node');
    assert.equal(found.env['ELECTRON_RUN_AS_NODE'], undefined);
  });

  it("falls back to the host's own Node where it is a real one", async () => {
    const host = { execPath: '/usr/lib/node', version: '20.20.0', electron: false };
    const found = await findNode(world({ node: '16.0.0' }, { host }));
    assert.equal(found.execPath, '/usr/lib/node');
    assert.equal(found.env['ELECTRON_RUN_AS_NODE'], undefined);
    assert.match(found.reason, /node on the PATH is Node 16\.0\.0, older than 20/);
  });

  it('at last takes VS Code itself, and keeps the variable that makes it a Node', async () => {
    const found = await findNode(world({}));
    assert.equal(found.execPath, '/app/code');
    assert.equal(found.env['ELECTRON_RUN_AS_NODE'], '1');
    assert.equal(found.version, '22.1.0');
  });

  it('asks a real program', async () => {
    assert.equal((await probeNode(process.execPath, process.env)).trim(), process.versions.node);
    await assert.rejects(probeNode('/no/such/node', process.env), { code: 'ENOENT' });
  });
});
