import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { bundled } from '../../bench/lib/soak/bundled';
import { soakPage, type PageLoad } from '../../bench/lib/soak/pageSoak';
import { pageBundle, type PageFiles } from '../../scripts/preview/played';
import { launchChromium } from '../harness/chromium';
import { temporaryFolder } from '../unit/files/temporary';

/** The long haul, cut short: `npm run bench -- soak` goes on for minutes. What a message leaves behind shows in a count. */
describe('a page that is told of thousands of events, a message each', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  let browser: Browser;
  let files: PageFiles;
  let events = '';
  before(async () => {
    browser = await launchChromium();
    files = await pageBundle();
    events = await readFile(await bundled('soakEvents', folder.path, 'browser'), 'utf8');
  });
  after(() => browser.close());

  const pages: readonly (readonly [string, Pick<PageLoad, 'kind' | 'state'>])[] = [
    ["the run's page, its training", { kind: 'webview', state: { tab: 'training' } }],
    ["the run's page, its map", { kind: 'webview', state: { tab: 'map' } }],
    ['the side bar', { kind: 'live', state: {} }],
  ];
  for (const [name, page] of pages) {
    it(`holds no more nodes, listeners and pictures than before: ${name}`, async () => {
      const load = { perSecond: 1000, seconds: 6, everySeconds: 1, ...page };
      const { samples, feed, troubles } = await soakPage(browser, files, events, load);
      assert.deepEqual(troubles, []);
      assert.ok(feed.received > 1000, `${feed.received} messages`);
      const [first, last] = [samples[1]!, samples.at(-1)!];
      assert.ok(first.nodes > 100 && first.listeners > 0, JSON.stringify(first));
      // A line of text may come or go.
      assert.ok(last.nodes <= first.nodes + 100, `${last.nodes} nodes, ${first.nodes} before`);
      assert.ok(last.listeners <= first.listeners, `${last.listeners} listeners, ${first.listeners} before`);
      assert.equal(last.canvases, first.canvases);
    });
  }
});
