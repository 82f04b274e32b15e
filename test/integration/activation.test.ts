import assert from 'node:assert/strict';
import { lab } from './lab';

describe('the extension', () => {
  it('is found and activates quickly, without an engine', async () => {
    const { activationMs, version, enginePid } = await lab();
    // 40 ms on an idle machine; the limit leaves room for one that does much else.
    assert.ok(activationMs < 500, `${activationMs} ms`);
    assert.match(version, /^\d+\.\d+\.\d+/);
    assert.equal(enginePid, undefined);
  });
});
