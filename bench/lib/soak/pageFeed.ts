/** What a page was told, and when it drew frames. */
export interface PageFeed {
  readonly posted: number;
  /** Messages that were handed to the page's listener. */
  readonly received: number;
  /** Milliseconds between frames since they were asked for last. */
  readonly frames: readonly number[];
}

/**
 * To be run in the page, behind soakEvents.ts as a global of its name: `soakFeed(run, perSecond, seconds)` posts one message an
 * event, so many a second, as if the host told each event by itself. What it returns gives a `PageFeed`.
 */
export const pageFeed = `
  window.soakFeed = (run, perSecond, seconds) => {
    const count = perSecond * seconds;
    let posted = 0;
    let received = 0;
    let frames = [];
    addEventListener('message', ({ data }) => {
      if (data.type === 'events') received++;
    });
    const began = performance.now();
    const post = () => {
      const due = Math.min(count, Math.ceil(((performance.now() - began) / 1000) * perSecond));
      // A page that cannot keep up shows it by posting less than was asked for, not by messages without end.
      for (const end = Math.min(due, posted + perSecond / 10); posted < end; posted++) {
        const event = { at: new Date().toISOString(), ...soakEvents.soakEvent(posted, count) };
        window.postMessage({ type: 'events', run, events: [event] }, '*');
      }
      if (posted < count) setTimeout(post, 10);
    };
    let last = began;
    const tick = (now) => {
      frames.push(now - last);
      last = now;
      ownFrame(tick);
    };
    ownFrame(tick);
    post();
    return () => {
      const seen = { posted, received, frames };
      frames = [];
      return seen;
    };
  };`;
