import assert from 'node:assert/strict';
import { Player } from '../../../../webview/model/training/player';
import { timelineOf } from '../../../../webview/model/training/timeline';

/** A page with a player, whose clock is moved on by hand. */
function playedPage() {
  const steps = [0, 10, 20, 30];
  const page = { isSeen: true, step: undefined as number | undefined, isPlaying: false, ticks: 0 };
  let tick: (() => void) | undefined;
  const player = new Player({
    every: (call) => {
      tick = call;
      return () => (tick = undefined);
    },
    isSeen: () => page.isSeen,
    go: (step) => {
      page.step = step;
      // A part behind another tab is not updated.
      if (page.isSeen) player.show(timelineOf(steps, step), 'a run');
    },
    told: (isPlaying) => (page.isPlaying = isPlaying),
  });
  player.show(timelineOf(steps, undefined), 'a run');
  /** Until nothing is to be called any more. @returns where it came by */
  const run = (most = 20): (number | undefined)[] => {
    const seen: (number | undefined)[] = [];
    for (; tick !== undefined && seen.length < most; tick()) seen.push(page.step);
    return seen;
  };
  return { player, page, run, steps };
}

describe('what plays a time line', () => {
  it('goes from the start to the newest step, which it then follows', () => {
    const { player, page, run } = playedPage();
    player.toggle();
    assert.equal(page.isPlaying, true);
    assert.deepEqual(run(), [0, 10, 20, undefined]);
    assert.equal(page.isPlaying, false);
  });

  it('goes on from where it stands, and stops where it is told to', () => {
    const { player, page, run } = playedPage();
    player.to(1);
    player.toggle();
    run(1);
    player.toggle();
    assert.deepEqual([page.step, page.isPlaying, run()], [20, false, []]);
    player.move(-1);
    assert.equal(page.step, 10);
    player.move(-9);
    assert.equal(page.step, 0);
  });

  it('ends where nobody sees it any more', () => {
    const { player, page, run } = playedPage();
    player.toggle();
    run(1);
    page.isSeen = false;
    assert.equal(run().length, 1);
    assert.deepEqual([page.step, page.isPlaying], [10, false]);
  });

  it('ends where it comes to show something else', () => {
    const { player, page, run, steps } = playedPage();
    player.toggle();
    run(1);
    player.show(timelineOf(steps, 10), 'another run');
    assert.deepEqual([run(), page.step, page.isPlaying], [[], 10, false]);
  });
});
