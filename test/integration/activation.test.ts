import assert from 'node:assert/strict';
import { lab } from './lab';

describe('the extension', () => {
  it('is found and activates, without an engine', async () => {
    const { activationMs, version, enginePid } = await lab();
    // How long it takes is for bench/activation.ts to say: on a machine that does much else it can be anything.
    assert.ok(activationMs > 0);
    assert.match(version, /^\d+\.\d+\.\d+/);
    assert.equal(enginePid, undefined);
  });
});
