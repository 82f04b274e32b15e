import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runtimeIds, runtimes } from '../../../../src/shared/runtimes';

const media = resolve(__dirname, '../../../../media/runtimes');

interface Lock {
  readonly packages: Readonly<Record<string, { version?: string; integrity?: string; resolved?: string }>>;
}

describe('the lock files of the runtimes', () => {
  it('are one for each', () => {
    assert.deepEqual(readdirSync(media).sort(), [...runtimeIds].sort());
  });

  for (const id of runtimeIds) {
    it(`of ${id} pin version and hash of every package, and name no place`, () => {
      const text = readFileSync(join(media, id, 'package-lock.json'), 'utf8');
      const { packages } = JSON.parse(text) as Lock;
      const entries = Object.entries(packages).filter(([path]) => path !== '');
      assert.ok(entries.length > 0);
      for (const [path, { version, integrity }] of entries) {
        assert.match(version ?? '', /^\d+\.\d+\.\d+/, path);
        assert.match(integrity ?? '', /^sha512-[\w+/]{86}==$/, path);
      }
      assert.ok(!text.includes('"resolved"'));
      assert.ok(!text.includes('://'));
      const { package: name, version } = runtimes[id];
      assert.equal(packages[`node_modules/${name}`]?.version, version);
      const manifest = JSON.parse(readFileSync(join(media, id, 'package.json'), 'utf8')) as object;
      assert.deepEqual((manifest as { dependencies: object }).dependencies, { [name]: version });
    });
  }
});
