import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { npmInstall, npmReason } from '../../../../src/files/runtimes/npm';
import { temporaryFolder } from '../temporary';
import { rejectsWith } from '../throwsCode';
import { fileServer } from './fileServer';
import { MadeRegistry } from './madeRegistry';

const media = resolve(__dirname, '../../../../media/runtimes');

describe("what npm's errors say", () => {
  for (const [what, lines, reason] of [
    [
      'of the network',
      [
        'npm error code ENOTFOUND',
        'npm error syscall getaddrinfo',
        'npm error errno ENOTFOUND',
        'npm error network request to http://nosuch.invalid/ms failed, reason: getaddrinfo ENOTFOUND nosuch.invalid',
        'npm error network This is a problem related to network connectivity.',
        "npm error network 'proxy' config is set properly.  See: 'npm help config'",
        'npm error A complete log of this run can be found in: /root/.npm/_logs/x.log',
      ],
      'network request to http://nosuch.invalid/ms failed, reason: getaddrinfo ENOTFOUND nosuch.invalid',
    ],
    [
      'of a package that is not there, by an older npm',
      ['npm ERR! code E404', 'npm ERR! 404 Not Found - GET http://a.test/ms - not found', 'npm ERR! 404 '],
      '404 Not Found - GET http://a.test/ms - not found',
    ],
    ['of a shell', ['', "'npm' is not recognized as a command.", ''], "'npm' is not recognized as a command"],
    ['of nothing', [''], ''],
  ] as const) {
    it(what, () => assert.equal(npmReason(lines.join('\n')), reason));
  }
});

describe("the user's npm", function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const server = fileServer();
  const lay = (name: string): string => {
    const place = join(folder.path, name);
    mkdirSync(place);
    cpSync(join(media, 'webgpu', 'package.json'), join(place, 'package.json'));
    cpSync(join(media, 'webgpu', 'package-lock.json'), join(place, 'package-lock.json'));
    return place;
  };

  it('is missed where the PATH has none', async () => {
    await rejectsWith(npmInstall(lay('missing'), { PATH: folder.path }), 'runtime-unavailable', /no npm/);
    await rejectsWith(npmInstall(folder.path, {}), 'runtime-unavailable');
  });

  it('refuses a package whose bytes are others', async () => {
    const registry = new MadeRegistry(server, folder.path);
    const place = registry.lock({ ...registry.add('made', {}), integrity: `sha512-${'A'.repeat(86)}==` });
    await rejectsWith(
      npmInstall(place, registry.env),
      'runtime-install-failed',
      /npm could not fetch the packages: .*integrity checksum failed/i,
    );
    assert.ok(!readdirSync(place).includes('node_modules'));
  });

  it('says what it could not reach', async () => {
    const env = { ...process.env, npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' };
    const cache = { npm_config_cache: join(folder.path, 'cache') };
    await rejectsWith(
      npmInstall(lay('alone'), { ...env, ...cache }),
      'runtime-install-failed',
      /request to http:\/\/127\.0\.0\.1:9\/\S+ failed/,
    );
  });

  it('ends with everything that it started when it is cancelled', async () => {
    const bin = join(folder.path, 'bin');
    mkdirSync(bin);
    const note = join(folder.path, 'pid');
    // A wrapper, as version managers put before npm.
    writeFileSync(join(bin, 'npm'), `#!/bin/sh\nsleep 60 &\necho $! > '${note}'\nwait\n`, { mode: 0o755 });
    const controller = new AbortController();
    const PATH = `${bin}:${process.env['PATH']}`;
    const running = npmInstall(lay('cancelled'), { ...process.env, PATH }, controller.signal);
    running.catch(() => undefined);
    const pid = await until(() => readNumber(note));
    controller.abort();
    await rejectsWith(running, 'cancelled');
    assert.ok(await until(() => (isGone(pid) ? 1 : 0)));
    await rejectsWith(npmInstall(lay('late'), process.env, controller.signal), 'cancelled');
  });
});

function readNumber(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

/** A process that nobody has taken note of yet is gone too. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return /^\d+ \(sleep\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

async function until(ask: () => number): Promise<number> {
  for (;;) {
    const answer = ask();
    if (answer) return answer;
    await new Promise((done) => setTimeout(done, 20));
  }
}
