import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import fs, { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { download, remoteSize } from '../../../../src/files/runtimes/download';
import { toLabError } from '../../../../src/shared/errors';
import { temporaryFolder } from '../temporary';
import { rejectsWith } from '../throwsCode';
import { fileServer, whole } from './fileServer';

describe('a download', () => {
  const folder = temporaryFolder();
  const server = fileServer();
  const bytes = randomBytes(300_000);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const at = (name: string): string => join(folder.path, name);
  const url = (path: string): string => `${server.base}${path}`;

  before(() => {
    const { answers } = server;
    answers.set('/file', whole(bytes));
    answers.set('/moved', (response) => response.writeHead(302, { location: '/file' }).end());
    answers.set('/round', (response) => response.writeHead(302, { location: '/round' }).end());
    answers.set('/broken', (response) => response.writeHead(503).end('later'));
    answers.set('/silent', (response) => response.writeHead(200).write(bytes));
    // Without a length: only the hash can tell that the end is missing.
    answers.set('/short', (response) => response.writeHead(200).end(bytes.subarray(0, 1000)));
    answers.set('/cut', (response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 100_000), () => response.socket?.destroy());
    });
  });
  afterEach(() => assert.deepEqual(readdirSync(folder.path), [], 'nothing is left behind'));

  it('is checked against its hash, and tells how much came', async () => {
    let received = 0;
    const found = await download(url('file'), sha256, at('a'), { received: (more) => (received += more) });
    assert.equal(found, sha256);
    assert.equal(received, bytes.length);
    assert.deepEqual(readFileSync(at('a')), bytes);
    assert.equal(await download(url('moved'), undefined, at('a')), sha256);
    rmSync(at('a'));
  });

  it('with another hash is an error that names both', async () => {
    const wanted = sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    const message = new RegExp(`a from 127.*SHA-256 is ${sha256}, not ${wanted}`);
    await rejectsWith(download(url('file'), wanted, at('a')), 'runtime-install-failed', message);
    await rejectsWith(download(url('short'), sha256, at('a')), 'runtime-install-failed', /SHA-256/);
  });

  it('whose connection is cut is an error', async () => {
    await rejectsWith(download(url('cut'), undefined, at('a')), 'runtime-install-failed', /\/cut could not/);
  });

  it('says what the server answers', async () => {
    await rejectsWith(
      download(url('no'), sha256, at('a')),
      'runtime-unavailable',
      /There is no file .*\/no:/,
    );
    await rejectsWith(download(url('broken'), sha256, at('a')), 'runtime-install-failed', /answered 503/);
    await rejectsWith(download(url('round'), sha256, at('a')), 'runtime-install-failed', /one place to the/);
    await rejectsWith(
      download('http://127.0.0.1:9/x', sha256, at('a')),
      'runtime-install-failed',
      /ECONNREFUS/,
    );
  });

  it('can be cancelled before it begins and while it comes', async () => {
    const before = download(url('file'), sha256, at('a'), { signal: AbortSignal.abort() });
    await rejectsWith(before, 'cancelled');
    const controller = new AbortController();
    const { signal } = controller;
    const coming = download(url('silent'), sha256, at('a'), { signal, received: () => controller.abort() });
    await rejectsWith(coming, 'cancelled');
  });

  it('leaves nothing behind where its file is only opened when it was cancelled already', async () => {
    const { open } = fs;
    const opened = new Promise<void>((resolve) => {
      fs.open = ((path, flags, mode, done) => {
        const late: typeof done = (...answer) => {
          done(...answer);
          resolve();
        };
        setTimeout(() => open(path, flags, mode, late), 50);
      }) as typeof open;
    });
    try {
      const controller = new AbortController();
      const { signal } = controller;
      const coming = download(url('silent'), sha256, at('a'), { signal, received: () => controller.abort() });
      await rejectsWith(coming, 'cancelled');
      await opened;
    } finally {
      fs.open = open;
    }
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it('passes on that the disk is full', async function () {
    if (!existsSync('/dev/full')) this.skip();
    symlinkSync('/dev/full', at('a'));
    await assert.rejects(download(url('file'), sha256, at('a')), (thrown) => {
      assert.equal(toLabError(thrown).code, 'disk-full');
      return true;
    });
  });

  it('passes on that a folder is missing', async () => {
    await assert.rejects(download(url('file'), sha256, at('no/such')), { code: 'ENOENT' });
  });

  it('has a size that is asked for without fetching it', async () => {
    assert.equal(await remoteSize(url('file')), bytes.length);
    assert.equal(server.asked.at(-1), 'HEAD /file');
    assert.equal(await remoteSize(url('moved')), bytes.length);
    assert.equal(await remoteSize(url('broken')), undefined);
    assert.equal(await remoteSize('http://127.0.0.1:9/x'), undefined);
    await rejectsWith(remoteSize(url('no')), 'runtime-unavailable');
  });
});
