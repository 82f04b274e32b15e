import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { seriousFindings } from '../harness/accessibility';
import { Session } from '../harness/session';
import { SCREENSHOTS, type Workbench } from '../harness/workbench';
import { cellOf, colorBy, labelOf } from './grids';

const experiment = 'quickstart.adapter.yaml';

describe('two plans side by side in the window', function () {
  this.timeout(180_000);
  let session: Session;
  let wb: Workbench;
  let run = '';

  const compare = (): Promise<Frame> => wb.webview('main.compare .compare-grid [role=gridcell]', 30_000);
  const label = (on: Frame): Promise<string> => labelOf(on, 0, 'q', 'compare-grid');
  const show = (on: Frame, which: 'left' | 'right' | 'difference'): Promise<void> =>
    on.locator(`[role=radiogroup][aria-label=Show] [data-id=${which}]`).click();

  before(async () => {
    session = await Session.start({ viewport: { width: 1400, height: 1000 } });
    wb = session.workbench;
    const runs = join(session.folder, '.adapter-lab', 'runs');
    run = join(runs, readdirSync(runs)[0]!);
    await wb.active('adapter-lab.adapter-lab');
    await wb.open(experiment);
  });
  after(() => session?.stop());

  it('are a recorded run and the uniform control of its size, with a sentence and what differs in each cell', async () => {
    await wb.begin('adapterLab.compare', { experiment: join(session.folder, experiment), run });
    await wb.input.fill('Uniform control');
    await wb.page
      .locator('.quick-input-widget .monaco-list-row', { hasText: 'Uniform control' })
      .first()
      .click();
    const page = await compare();
    await page.locator('.sentence').waitFor();
    assert.match(
      (await page.locator('.sentence').textContent()) ?? '',
      /parameters? (more|fewer)|modules? more/,
    );
    const rows = await page.locator('section.totals tbody tr').allInnerTexts();
    assert.ok(
      rows.some((row) => /^Layers\s+2\s+8\s+\+6/.test(row)),
      rows.join('\n'),
    );
    await colorBy(page, 'rank', 'compare-grid');
    await wb.until(
      async () => /^Layer 0 q: rank −\d, 8 left and \d right$/.test(await label(page)),
      'the rank',
    );
    await wb.screenshot(join(SCREENSHOTS, 'compare.png'));
    assert.deepEqual(await seriousFindings(page), []);
  });

  it('change sides, and show either of them, by keys as well', async () => {
    const page = await compare();
    await page.locator('.swap-sides').click();
    await wb.until(
      async () => /^Layer 0 q: rank \+\d, \d left and 8 right$/.test(await label(page)),
      'the sides',
    );
    await show(page, 'right');
    await wb.until(async () => (await label(page)) === 'Layer 0 q: rank 8', 'the run');
    await cellOf(page, 0, 'q', 'compare-grid').click();
    await wb.page.keyboard.press('ArrowDown');
    await wb.until(
      () =>
        page.evaluate(
          `document.activeElement.getAttribute('aria-label') === 'Layer 1 q: rank 0, no adapter'`,
        ),
      'the cell below',
    );
    await show(page, 'difference');
  });

  it('come back in a window that was reloaded, and say so when a run is gone', async () => {
    await wb.reload();
    await wb.active('adapter-lab.adapter-lab');
    const page = await compare();
    await wb.until(
      async () => /^Layer 0 q: rank \+\d, \d left and 8 right$/.test(await label(page)),
      'the same',
    );
    rmSync(run, { recursive: true });
    const gone = await wb.webview('section.notice.error', 30_000);
    await gone
      .getByText(/is gone|is not there|no longer/i)
      .first()
      .waitFor();
    await wb.screenshot(join(SCREENSHOTS, 'compare-gone.png'));
  });
});
