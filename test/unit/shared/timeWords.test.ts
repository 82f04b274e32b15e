import assert from 'node:assert/strict';
import { agoWords } from '../../../src/shared/ago';
import { leftWords, roundedLeft } from '../../../src/shared/timeLeft';

const minute = 60;
const hour = 3600;

describe('the time left, in words', () => {
  const words = (seconds: number): string => leftWords(roundedLeft(seconds));

  it('is rounded the more, the longer it is', () => {
    assert.equal(words(0), 'a few seconds left');
    assert.equal(words(7.9), 'a few seconds left');
    assert.equal(words(8), 'about 10 s left');
    assert.equal(words(33), 'about 35 s left');
    assert.equal(words(57), 'about 55 s left');
    assert.equal(words(58), 'about 1 min left');
    assert.equal(words(89), 'about 1 min left');
    assert.equal(words(4 * minute + 12), 'about 4 min left');
    assert.equal(words(59.6 * minute), 'about 1 h left');
    assert.equal(words(80 * minute), 'about 1 h 20 min left');
    assert.equal(words(26.4 * hour), 'about 26 h left');
  });

  it('stays while the seconds are near what is shown', () => {
    assert.equal(roundedLeft(178, 240), 180);
    assert.equal(roundedLeft(205, 240), 240);
    assert.equal(roundedLeft(275, 240), 240);
    assert.equal(roundedLeft(277, 240), 300);
    assert.equal(roundedLeft(7, 10), 0);
    assert.equal(roundedLeft(9, 0), 10);
  });

  it('never goes up again in a countdown that wobbles', () => {
    let shown: number | undefined;
    const seen: number[] = [];
    for (let second = 600; second > 0; second--) {
      shown = roundedLeft(Math.max(0, second + 2 * Math.sin(second)), shown);
      seen.push(shown);
    }
    const ups = seen.filter((value, index) => index > 0 && value > seen[index - 1]! && value >= minute);
    assert.deepEqual(ups, []);
    assert.equal(seen.at(-1), 0);
  });
});

describe('how long ago, in words', () => {
  const now = new Date(2026, 10, 22, 12, 30).getTime();
  const ago = (seconds: number): string => agoWords(now - 1000 * seconds, now);

  it('is coarser, the longer it is', () => {
    assert.equal(ago(0), 'just now');
    assert.equal(ago(44), 'just now');
    assert.equal(ago(46), '1 minute ago');
    assert.equal(ago(3 * minute), '3 minutes ago');
    assert.equal(ago(59 * minute), '59 minutes ago');
    assert.equal(ago(59.6 * minute), '1 hour ago');
    assert.equal(ago(5 * hour), '5 hours ago');
  });

  it('counts days by nights, as people do, and gives the date after a week', () => {
    assert.equal(ago(12 * hour), '12 hours ago');
    assert.equal(ago(13 * hour), 'yesterday');
    assert.equal(ago(3 * 24 * hour), '3 days ago');
    assert.equal(agoWords(new Date(2026, 10, 15, 12).getTime(), now), '15 Nov 2026');
  });

  it('says hours of a short night', () => {
    const atOne = new Date(2026, 10, 22, 1).getTime();
    assert.equal(agoWords(new Date(2026, 10, 21, 23).getTime(), atOne), '2 hours ago');
  });

  it('bears a clock that goes ahead', () => {
    assert.equal(ago(-20), 'just now');
    assert.equal(ago(-2 * 24 * hour), '24 Nov 2026');
  });
});
