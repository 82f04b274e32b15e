import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { seriousFindings } from '../harness/accessibility';
import type { Session } from '../harness/session';
import { SCREENSHOTS, type Workbench } from '../harness/workbench';
import { openWritten, fewTask } from './fewSamples';

const experiment = 'ranks.adapter.yaml';
/** One task of the sample and a part of its data, with steps enough to stop in between. */
const text = `${fewTask}method: floe # keep the best layers
adapter: { targets: [q_proj, v_proj, down_proj], rank: 4, alpha: 8, experts: 2 }
score: { samples: 24, max_length: 64 }
search: { ranks: [2, 4, 8, 16, 32], layers: [25%], evaluations: 3 }
train: { epochs: 0.1, learning_rate: 5e-3, batch_size: 8, max_length: 64, evaluations: 1, seeds: [1] }
`;

describe('a rank search in the window', function () {
  this.timeout(420_000);
  let session: Session;
  let wb: Workbench;
  const lens = (title: string | RegExp): Locator =>
    wb.page.locator('.codelens-decoration a', { hasText: title }).first();
  const status = (): Locator => wb.page.locator('#adapter-lab\\.adapter-lab\\.adapterLab');
  /** Processes of the engine that search, by what they were started with. */
  const searchers = (): number[] => {
    // Other windows on this machine have theirs.
    const home = dirname(session.folder);
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((name) => {
        try {
          const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
          const isOurs = (arg: string): boolean => arg.startsWith(home) && arg.endsWith('worker.js');
          return args.includes('--search') && args.some(isOurs);
        } catch {
          return false;
        }
      })
      .map(Number);
  };

  const press = (page: Frame, title: string): Promise<void> =>
    page.locator('section.search vscode-button', { hasText: title }).first().click();

  before(async function () {
    if (process.platform !== 'linux') this.skip();
    session = await openWritten(experiment, text);
    wb = session.workbench;
  });
  after(() => session?.stop());

  it('starts from the lens over its block, and says at which trial it is in lens, status bar and page', async () => {
    await lens('Search Ranks').click();
    await lens(/Searching: trial 1 of 3/).waitFor({ timeout: 180_000 });
    await status()
      .filter({ hasText: /searching: trial 1 of 3/ })
      .waitFor({ timeout: 30_000 });
    const page = await wb.webview('section.search', 60_000);
    await page
      .getByText(/^Searching ranks: trial 1 of 3 \(rank \d, 25 % of layers\), step \d+ of 20/)
      .waitFor({
        timeout: 60_000,
      });
    await page.locator('section.trials td', { hasText: 'running' }).waitFor();
    assert.equal(searchers().length, 1);
  });

  it('pauses behind the trial in progress, and says so in status bar and page', async () => {
    const page = await wb.webview('section.search');
    await press(page, 'Pause');
    await page.getByText('The search pauses once the trial in progress has ended.').waitFor();
    await status()
      .filter({ hasText: /search paused after trial 1 of 3/ })
      .waitFor({ timeout: 120_000 });
    await page.getByText('Search paused after trial 1 of 3.').first().waitFor();
    await page.locator('section.trials td', { hasText: 'best' }).waitFor();
    await page.locator('section.why', { hasText: 'the smallest corner' }).waitFor();
    assert.equal(await page.locator('section.trials td', { hasText: 'running' }).count(), 0);
    await wb.screenshot(join(SCREENSHOTS, 'search-paused.png'));
  });

  it('takes a trial by hand, and goes on with it once it is told to', async () => {
    const page = await wb.webview('section.search');
    await press(page, 'Add Trial');
    const form = page.locator('.add-form');
    await form.getByText(/parameters: it keeps the budget\./).waitFor();
    const ranks = form.locator('vscode-dropdown').first();
    await ranks.click();
    await ranks.locator('vscode-option[value="2"]').click();
    await form.getByText(/: it is trial 1 already\./).waitFor();
    const add = form.locator('vscode-button', { hasText: 'Add' });
    assert.notEqual(await add.getAttribute('disabled'), null);
    await ranks.click();
    await ranks.locator('vscode-option[value="8"]').click();
    await form.getByText(/parameters: it keeps the budget\./).waitFor();
    await wb.screenshot(join(SCREENSHOTS, 'search-adding.png'));
    await add.click();
    await page
      .getByText('Rank 8, 25 % of layers was asked for by hand, and is tried first when the search goes on.')
      .waitFor();
    assert.equal(await form.isVisible(), false);
    await press(page, 'Resume');
    await lens(/Searching: trial 2 of 4/).waitFor({ timeout: 60_000 });
    await page.locator('section.trials td', { hasText: 'running, by hand' }).waitFor();
    await page.locator('section.why', { hasText: 'Asked for by hand.' }).waitFor();
  });

  it('says that the process was killed in a trial, and goes on with it to the plan of the best one', async () => {
    await lens(/Searching: trial 2 of 4/).waitFor({ timeout: 180_000 });
    const page = await wb.webview('section.search');
    await page.getByText(/^Best so far: rank \d, 25 % of layers: /).waitFor({ timeout: 30_000 });
    await wb.screenshot(join(SCREENSHOTS, 'searching.png'));
    process.kill(searchers()[0]!, 'SIGKILL');
    await wb.toast(/search process was killed/).waitFor({ timeout: 30_000 });
    await wb.exec('notifications.clearAll');
    const buttons = await wb.webview('section.actions');
    await buttons.locator('section.actions vscode-button', { hasText: 'Resume' }).click();
    await buttons.getByText('Done', { exact: true }).first().waitFor({ timeout: 240_000 });
    await wb.until(async () => (await wb.text(experiment)).includes('\nplan:'), 'the plan');
    assert.ok((await wb.text(experiment)).startsWith(text.trimEnd()));
    assert.equal(await page.locator('section.trials tbody tr').count(), 4);
    await page.locator('section.trials tr.kept td', { hasText: 'best' }).waitFor();
    await page.locator('section.trials tr', { hasText: 'by hand' }).first().waitFor();
    assert.deepEqual(searchers(), []);
    await wb.screenshot(join(SCREENSHOTS, 'searched.png'));
  });

  it('shows in its charts and tables what was tried, and why, wherever it is chosen', async () => {
    const page = await wb.webview('section.search');
    const chart = page.locator('section.search-chart.model canvas');
    await chart.focus();
    for (const key of ['Home', 'ArrowRight', 'ArrowRight']) await page.page().keyboard.press(key);
    await page
      .locator('section.search-chart.model [role=status]', { hasText: /^Rank 8, 25 % of layers\. Trial 2: / })
      .waitFor({ state: 'attached' });
    await page.page().keyboard.press('Enter');
    await page.locator('section.why h2', { hasText: 'Why trial 2: rank 8, 25 % of layers' }).waitFor();
    assert.equal(await page.locator('section.trials tr.selected th').textContent(), '2');
    await page.locator('section.trials th button', { hasText: '1' }).first().click();
    await page.locator('section.why h2', { hasText: 'Why trial 1' }).waitFor();
    await page.locator('section.search-chart.model vscode-checkbox').click();
    const rows = page.locator('section.search-chart.model tbody tr');
    await rows.first().waitFor();
    assert.equal(await rows.count(), 5);
    assert.deepEqual(await seriousFindings(page), []);
  });

  it('shows the same when the page or the window comes back', async () => {
    for (const back of ['page', 'window'] as const) {
      if (back === 'window') await wb.reload();
      const page = await (back === 'window'
        ? wb.webview('section.search', 60_000)
        : wb.reloadWebviews('section.search', 60_000));
      await page.getByText(/^All 3 evaluations are spent\.$|^The next trial would gain/).waitFor();
      assert.equal(await page.locator('section.trials tbody tr').count(), 4);
      // What was chosen is the page's own state: a table, and a trial.
      await page.locator('section.search-chart.model tbody tr').first().waitFor();
      await page.locator('section.why h2', { hasText: 'Why trial 1' }).waitFor();
    }
    await wb.theme('light');
    const page = await wb.webview('section.search');
    await page.locator('section.search-chart.model vscode-checkbox').click();
    await page.locator('section.search-chart.model canvas').waitFor();
    await wb.screenshot(join(SCREENSHOTS, 'searched-light.png'));
  });
});
