import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { installedRuntimes, runtimeRequire, type RuntimeRecord } from '../../../../src/files/runtimes';
import { installRuntime, type InstallOptions } from '../../../../src/files/runtimes/install';
import { planRuntime, type RuntimePlan } from '../../../../src/files/runtimes/plan';
import { folderBytes } from '../../../../src/files/runtimes/tidy';
import type { RuntimeId } from '../../../../src/shared/runtimes';
import { temporaryFolder } from '../temporary';
import { rejectsWith } from '../throwsCode';
import { fileServer, whole } from './fileServer';
import { MadeRegistry, type Pin } from './madeRegistry';

const media = resolve(__dirname, '../../../../media/runtimes');
const packageFolder = 'node_modules/webgpu/';

/** The first and the last of the real packages, as the user's npm has or gets them; the others are of made ones. */
describe('installing a runtime', function () {
  // A registry that is slow to answer is asked again by npm.
  this.timeout(300_000);
  const temporary = temporaryFolder();
  const server = fileServer();
  const at = (...names: string[]): string => join(temporary.path, ...names);
  type More = Partial<Omit<InstallOptions, 'folder'>>;
  const install = (plan: RuntimePlan, folder: string, more: More = {}): Promise<RuntimeRecord> =>
    installRuntime(plan, { folder, lock: join(media, plan.id), env: process.env, ...more });
  const made = planRuntime('webgpu');
  let registry: MadeRegistry;
  let own: Required<Pick<InstallOptions, 'lock' | 'env'>>;
  let pin: Pin;
  before(() => {
    registry = new MadeRegistry(server, temporary.path);
    const { env } = registry;
    const files = made.libraries.map((file) => [file.slice(packageFolder.length), 'library'] as const);
    pin = registry.add('webgpu', Object.fromEntries(files));
    own = { lock: registry.lock(pin), env };
  });

  it("lays down WebGPU's library for this machine and for no other", async () => {
    const folder = at('webgpu-only');
    let bytes = 0;
    const progress = (_: string, more: number): void => {
      bytes += more;
    };
    const record = await install(planRuntime('webgpu'), folder, { progress });
    const dist = join(folder, 'webgpu', 'node_modules', 'webgpu', 'dist');
    const only = process.platform === 'darwin' ? 'darwin-universal' : `${process.platform}-${process.arch}`;
    assert.deepEqual(readdirSync(dist), [only]);
    assert.ok(readdirSync(join(dist, only)).includes('dawn.node'));
    assert.deepEqual(readdirSync(join(folder, 'webgpu')).sort(), ['node_modules', 'runtime.json']);
    assert.ok(record.packages.includes('webgpu@0.6.2') && record.packages.includes('@webgpu/types@0.1.74'));
    assert.ok(bytes > 100e6, `${bytes} bytes were told`);
    assert.ok(record.bytes > 10e6 && record.bytes < 50e6, `${record.bytes} bytes`);
    assert.deepEqual(await installedRuntimes(folder), [record]);
    const webgpu = runtimeRequire('webgpu', { ADAPTER_LAB_RUNTIMES: folder })?.('webgpu') as {
      create: unknown;
    };
    assert.equal(typeof webgpu.create, 'function');
  });

  for (const [when, others] of [
    ['while npm works', () => [registry.addSilent('late')]],
    // So little is there before anyone looks how much.
    ['when npm has just done its work', () => []],
  ] as const) {
    it(`leaves nothing behind when it is cancelled ${when}`, async () => {
      const folder = at(`cancelled ${when}`);
      const controller = new AbortController();
      const progress = (): void => controller.abort();
      const lock = others().length > 0 ? registry.lock(pin, ...others()) : own.lock;
      const more = { ...own, lock, progress, signal: controller.signal };
      await rejectsWith(install(made, folder, more), 'cancelled');
      assert.deepEqual(readdirSync(folder), []);
    });
  }

  describe('of TensorFlow', function () {
    const mirror = (): NodeJS.ProcessEnv => ({ TFJS_NODE_CDN_STORAGE: server.base });
    /** The plan for Linux with the hash of an archive that is made here in place of the real one's. */
    const planOf = (sha256: string | undefined): RuntimePlan => {
      const plan = planRuntime('tensorflow', { platform: 'linux', arch: 'x64' }, mirror());
      const [library, addon] = plan.downloads;
      assert.ok(library && addon);
      return { ...plan, downloads: [{ ...library, sha256 }, addon] };
    };
    const hashes: string[] = [];

    before(() => {
      const pack = (name: string, members: string): Buffer => {
        execFileSync('tar', ['-czf', at(name), '-C', at('packed', name), members]);
        const bytes = readFileSync(at(name));
        hashes.push(createHash('sha256').update(bytes).digest('hex'));
        return bytes;
      };
      // As in the real archives: links by version beside the library; the addon in a folder of its own.
      mkdirSync(at('packed', 'library.tar.gz', 'lib'), { recursive: true });
      writeFileSync(at('packed', 'library.tar.gz', 'lib', 'libtensorflow.so.2.9.1'), 'library');
      symlinkSync('libtensorflow.so.2.9.1', at('packed', 'library.tar.gz', 'lib', 'libtensorflow.so.2'));
      mkdirSync(at('packed', 'addon.tar.gz', 'napi-v8'), { recursive: true });
      writeFileSync(at('packed', 'addon.tar.gz', 'napi-v8', 'tfjs_binding.node'), 'addon');
      const { answers } = server;
      answers.set(
        '/tensorflow/libtensorflow/libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz',
        whole(pack('library.tar.gz', './lib')),
      );
      answers.set(
        '/tf-builds/pre-built-binary/napi-v8/4.22.0/GPU-linux-4.22.0.tar.gz',
        whole(pack('addon.tar.gz', 'napi-v8/tfjs_binding.node')),
      );
    });

    it('lays library and addon where the package looks for them, and records their hashes', async () => {
      const folder = at('tensorflow');
      const record = await install(planOf(hashes[0]), folder);
      assert.deepEqual(record.files, [
        { name: 'libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz', sha256: hashes[0], verified: true },
        { name: 'GPU-linux-4.22.0.tar.gz', sha256: hashes[1], verified: false },
      ]);
      const load = runtimeRequire('tensorflow', { ADAPTER_LAB_RUNTIMES: folder });
      assert.ok(load);
      const home = join(folder, 'tensorflow', 'node_modules', '@tensorflow', 'tfjs-node-gpu');
      // The package's own search, as its first lines make it.
      const search = `process.stdout.write(require('@mapbox/node-pre-gyp').find(${JSON.stringify(join(home, 'package.json'))}))`;
      const found = execFileSync(process.execPath, ['-e', search], {
        cwd: join(folder, 'tensorflow'),
      }).toString();
      assert.equal(readFileSync(found, 'utf8'), 'addon');
      assert.equal(readFileSync(join(found, '../../../deps/lib/libtensorflow.so.2'), 'utf8'), 'library');
      assert.deepEqual(readdirSync(join(folder, 'tensorflow')).sort(), ['node_modules', 'runtime.json']);
      assert.ok(record.bytes < 120e6 && record.bytes === (await folderBytesWithout(folder, 'tensorflow')));
      assert.ok(load.resolve('@tensorflow/tfjs').startsWith(join(folder, 'tensorflow')));
    });

    it('is refused where a file is another, or is none, and leaves nothing behind', async () => {
      const folder = at('other');
      const plan = { ...made, downloads: planOf('0'.repeat(64)).downloads };
      await rejectsWith(install(plan, folder, own), 'runtime-install-failed', /SHA-256/);
      assert.deepEqual(readdirSync(folder), []);
      const none = { ...made, libraries: ['node_modules/webgpu/dist/no.node'] };
      await rejectsWith(install(none, folder, own), 'runtime-install-failed', /holds no no\.node/);
      assert.deepEqual(readdirSync(folder), []);
    });

    it('is refused where an archive cannot be unpacked', async () => {
      const folder = at('garbled');
      server.answers.set('/garbled.tar.gz', whole(Buffer.from('not an archive')));
      const file = { name: 'garbled.tar.gz', url: `${server.base}garbled.tar.gz`, sha256: undefined };
      const plan = { ...made, downloads: [{ ...file, into: 'x', strip: 0 }] };
      await rejectsWith(
        install(plan, folder, own),
        'runtime-install-failed',
        /garbled\.tar\.gz could not be unpacked/,
      );
      assert.deepEqual(readdirSync(folder), []);
    });
  });

  /** What the folder held when its record was not written yet. */
  const folderBytesWithout = async (folder: string, id: RuntimeId): Promise<number> =>
    (await folderBytes(join(folder, id))) - readFileSync(join(folder, id, 'runtime.json')).length;
});
