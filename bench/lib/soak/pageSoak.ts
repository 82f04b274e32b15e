import type { Browser, CDPSession, Page } from 'playwright-core';
import { openPlayed, type PageFiles, type PageKind } from '../../../scripts/preview/played';
import { firstDrawing } from '../pageFrames';
import { pageFeed, type PageFeed } from './pageFeed';
import { soakBeginning } from './soakEvents';

/** What a page held at one time, behind a collection of its garbage. */
export interface PageSample {
  readonly seconds: number;
  readonly messages: number;
  readonly heapBytes: number;
  /** Of the document and detached ones that something holds. */
  readonly nodes: number;
  readonly listeners: number;
  readonly canvases: number;
}

export interface PageSoak {
  readonly samples: readonly PageSample[];
  readonly feed: Omit<PageFeed, 'frames'>;
  readonly frames: readonly number[];
  readonly troubles: readonly string[];
}

export interface PageLoad {
  readonly kind: PageKind;
  /** What VS Code would have saved of the page. */
  readonly state: object;
  readonly perSecond: number;
  readonly seconds: number;
  readonly everySeconds: number;
}

const run = 'soak-run';

/**
 * The real page in Chromium while it is told of each event by itself.
 *
 * @param events soakEvents.ts, bundled for a page
 */
export async function soakPage(
  browser: Browser,
  files: PageFiles,
  events: string,
  { kind, state, perSecond, seconds, everySeconds }: PageLoad,
): Promise<PageSoak> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  try {
    await page.addInitScript('window.ownFrame = window.requestAnimationFrame.bind(window);');
    await openPlayed(page, files, 'dark', state, kind);
    await firstDrawing(page, {
      type: 'open',
      heading: { kind: 'run', run, experiment: 'soak.adapter.yaml', recorded: false },
      ...{ events: soakBeginning(), trusted: true, palette: 'theme' },
    });
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    await session.send('HeapProfiler.enable');
    await page.evaluate(`${events}; window.soakEvents = soakEvents; ${pageFeed}`);
    await page.evaluate(`window.soakSeen = soakFeed(${JSON.stringify(run)}, ${perSecond}, ${seconds})`);
    const began = performance.now();
    const samples: PageSample[] = [];
    const frames: number[] = [];
    let feed: PageFeed | undefined;
    for (let next = everySeconds; next <= seconds; next += everySeconds) {
      await page.waitForTimeout(Math.max(0, began + 1000 * next - performance.now()));
      feed = await page.evaluate<PageFeed>('soakSeen()');
      frames.push(...feed.frames);
      samples.push(await sampleOf(page, session, (performance.now() - began) / 1000, feed.received));
      // The frame that the collection held up.
      await page.evaluate('soakSeen()');
    }
    if (!feed) throw new Error('A soak takes longer than from one look to the next.');
    const { posted, received } = feed;
    const troubles = await page.evaluate<string[]>('troubles');
    return { samples, frames, troubles, feed: { posted, received } };
  } finally {
    await page.close();
  }
}

async function sampleOf(
  page: Page,
  session: CDPSession,
  seconds: number,
  messages: number,
): Promise<PageSample> {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find((one) => one.name === name)?.value ?? NaN;
  return {
    ...{ seconds, messages, heapBytes: of('JSHeapUsedSize'), nodes: of('Nodes') },
    listeners: of('JSEventListeners'),
    canvases: await page.evaluate<number>("document.querySelectorAll('canvas').length"),
  };
}
