import assert from 'node:assert/strict';
import { Announcer, type Clock } from '../../../webview/model/announcer';

/** A clock that is turned by hand. */
class HandClock implements Clock {
  private time = 0;
  private waiting: { at: number; call: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(milliseconds: number, call: () => void): void {
    this.waiting.push({ at: this.time + milliseconds, call });
  }

  turn(milliseconds: number): void {
    this.time += milliseconds;
    const due = this.waiting.filter((one) => one.at <= this.time);
    this.waiting = this.waiting.filter((one) => one.at > this.time);
    due.forEach((one) => one.call());
  }
}

describe('the announcer', () => {
  it('says the first sentence at once, then at most one in five seconds, and the latest always', () => {
    const clock = new HandClock();
    const heard: string[] = [];
    const announcer = new Announcer((sentence) => heard.push(sentence), clock);
    announcer.announce('Loading');
    for (const percent of [10, 20, 30]) {
      clock.turn(1000);
      announcer.announce(`${percent} %`);
    }
    assert.deepEqual(heard, ['Loading']);
    clock.turn(2000);
    assert.deepEqual(heard, ['Loading', '30 %']);
    clock.turn(6000);
    announcer.announce('Done');
    assert.deepEqual(heard, ['Loading', '30 %', 'Done']);
  });

  it('does not repeat itself', () => {
    const clock = new HandClock();
    const heard: string[] = [];
    const announcer = new Announcer((sentence) => heard.push(sentence), clock);
    announcer.announce('A');
    announcer.announce('B');
    announcer.announce('A');
    clock.turn(5000);
    announcer.announce('A');
    clock.turn(5000);
    assert.deepEqual(heard, ['A']);
  });
});
