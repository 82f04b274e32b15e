import type { Page } from 'playwright-core';
import type { RunEvent } from '../../src/shared/runEvents';
import type { ToWebview } from '../../src/shared/webviewProtocol';

/** Times between frames, and of the page's own script in each frame that it drew in. */
export interface Frames {
  readonly frames: readonly number[];
  readonly scripts: readonly number[];
}

/** To be run before the page's script: notes how long each of its frame callbacks takes. */
export const noteScripts = `
  window.scripts = [];
  const request = window.requestAnimationFrame.bind(window);
  window.ownFrame = request;
  window.requestAnimationFrame = (call) => request((time) => {
    const began = performance.now();
    call(time);
    scripts.push(performance.now() - began);
  });`;

/** Milliseconds from the message to the frame after the one that the page drew the run in. */
export const firstDrawing = (page: Page, message: ToWebview): Promise<number> =>
  page.evaluate(`(async () => {
    const message = ${JSON.stringify(message)};
    const frame = () => new Promise((resolve) => ownFrame(resolve));
    await frame();
    const began = performance.now();
    window.postMessage(message, '*');
    while (!document.querySelector('main')) await frame();
    await frame();
    return performance.now() - began;
  })()`);

/** Posts batches to the page as a live run's follower does, one every so many milliseconds. */
export const whileLive = (
  page: Page,
  run: string,
  batches: readonly (readonly RunEvent[])[],
  every: number,
): Promise<Frames> =>
  page.evaluate(`(async () => {
    const batches = ${JSON.stringify(batches)};
    ${watch}
    for (const events of batches) {
      window.postMessage({ type: 'events', run: ${JSON.stringify(run)}, events }, '*');
      await new Promise((resolve) => setTimeout(resolve, ${every}));
    }
    return seen();
  })()`);

/** Scrolls the map down and up again, some tens of pixels a frame. */
export const whileScrolling = (page: Page, seconds: number): Promise<Frames> =>
  page.evaluate(`(async () => {
    const box = document.querySelector('.grid-box');
    box.scrollIntoView();
    ${watch}
    const end = performance.now() + ${seconds} * 1000;
    let by = 40;
    while (performance.now() < end) {
      const before = box.scrollTop;
      box.scrollTop += by;
      if (box.scrollTop === before) by = -by;
      await new Promise((resolve) => ownFrame(resolve));
    }
    return seen();
  })()`);

const watch = `
    scripts.length = 0;
    const frames = [];
    let last = performance.now();
    let over = false;
    const tick = () => {
      const now = performance.now();
      frames.push(now - last);
      last = now;
      if (!over) ownFrame(tick);
    };
    ownFrame(tick);
    const seen = () => {
      over = true;
      // The first is only the wait for it.
      return { frames: frames.slice(1), scripts: [...scripts] };
    };`;
