import assert from 'node:assert/strict';
import { Watchdog } from '../../../src/extension/engineClient/watchdog';

describe('the watchdog', () => {
  function watch(busy: () => boolean): { dog: Watchdog; told: boolean[] } {
    const told: boolean[] = [];
    return { dog: new Watchdog(busy, (silent) => told.push(silent), 3), told };
  }

  it('tells once that a busy engine is silent, and once that it is back', () => {
    const { dog, told } = watch(() => true);
    for (let second = 0; second < 6; second++) dog.tick();
    assert.deepEqual(told, [true]);
    dog.heard();
    dog.heard();
    assert.deepEqual(told, [true, false]);
  });

  it('lets heartbeats count', () => {
    const { dog, told } = watch(() => true);
    for (let second = 0; second < 20; second++) {
      dog.tick();
      if (second % 2 === 0) dog.heard();
    }
    assert.deepEqual(told, []);
  });

  it('leaves an idle engine alone, and counts from the request on', () => {
    let busy = false;
    const { dog, told } = watch(() => busy);
    for (let second = 0; second < 10; second++) dog.tick();
    busy = true;
    dog.tick();
    dog.tick();
    assert.deepEqual(told, []);
    dog.tick();
    assert.deepEqual(told, [true]);
  });
});
