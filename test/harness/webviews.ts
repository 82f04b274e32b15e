import type { Frame, Page } from 'playwright-core';
import { PATIENCE } from './bridge';
import { pause } from './processes';

/**
 * The page inside a webview, found by a selector that only this page has. A webview's page lies two frames deep, all
 * webviews look alike from outside, and the frame is replaced at every change of its html: after such a change, look
 * again.
 */
export async function findWebview(page: Page, selector: string, timeout = PATIENCE): Promise<Frame> {
  const deadline = Date.now() + timeout;
  for (;;) {
    for (const frame of page.frames()) {
      if (depth(frame) === 2 && (await shows(frame, selector))) return frame;
    }
    if (Date.now() > deadline) {
      const seen = page.frames().filter((frame) => depth(frame) === 2).length;
      throw new Error(`None of the ${seen} webviews shows ${selector}.`);
    }
    await pause(50);
  }
}

function depth(frame: Frame): number {
  let count = 0;
  for (let parent = frame.parentFrame(); parent; parent = parent.parentFrame()) count++;
  return count;
}

/** A frame may go away while it is asked, which is a no. A hidden webview keeps its frame, and is a no as well. */
async function shows(frame: Frame, selector: string): Promise<boolean> {
  try {
    const outer = await frame.parentFrame()?.frameElement();
    return (await outer?.isVisible()) === true && (await frame.locator(selector).first().isVisible());
  } catch {
    return false;
  }
}
