import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RayExecutor } from '../../../src/executors/ray/rayExecutor';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { holdsContract } from './contract';
import { RayStandIn } from './rayStandIn';

/** A real Ray where there is one: `ADAPTER_LAB_RAY=http://127.0.0.1:8265`. */
const real = process.env['ADAPTER_LAB_RAY'];

describe(real === undefined ? "what speaks Ray's interface" : 'a Ray cluster', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  let ray: RayStandIn | undefined;
  before(async function () {
    if (process.platform === 'win32') this.skip();
    if (real === undefined) ray = await RayStandIn.start();
  });
  after(() => ray?.stop());
  const open = (): RayExecutor => new RayExecutor({ name: 'ray', address: ray?.address ?? real });
  holdsContract(() => folder.path, open, { survives: true });

  it('that does not answer is named with its address', async () => {
    const nobody = new RayExecutor({ name: 'ray', address: 'http://127.0.0.1:9/' });
    await rejectsWith(nobody.look(['one']), 'executor-unavailable', /http:\/\/127\.0\.0\.1:9\./);
  });

  it('that is something else is refused with what it said, also where it is asked to end a job', async () => {
    let status = 200;
    const asked: (string | undefined)[] = [];
    const proxy = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(status, { 'content-type': 'text/html' });
      response.end('<p>Sign in first</p>');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    try {
      const wrong = new RayExecutor({ name: 'ray', address });
      await rejectsWith(wrong.look(['one']), 'executor-failed', /Sign in first/);
      status = 500;
      asked.splice(0);
      await rejectsWith(wrong.cancel(['one', 'two']), 'executor-failed', /Sign in first/);
      assert.deepEqual(asked, ['/api/jobs/one/stop', '/api/jobs/two/stop']);
      status = 404;
      await wrong.cancel(['one']);
    } finally {
      proxy.close();
    }
  });
});
