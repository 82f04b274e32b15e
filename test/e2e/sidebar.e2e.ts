import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { formatSeconds } from '../../src/shared/format';
import { seriousFindings } from '../harness/accessibility';
import { Session } from '../harness/session';
import type { Theme } from '../harness/settings';
import { SCREENSHOTS, type Workbench } from '../harness/workbench';

const looks = ['dark', 'light', 'high-contrast'] as const satisfies Theme[];
/** Opens the container as a user does. */
const openContainer = (wb: Workbench): Promise<void> =>
  wb.page
    .locator('.activitybar .action-item', { has: wb.page.locator('[aria-label^="Adapter Lab"]') })
    .first()
    .click();

describe('the side bar of a folder without an experiment', function () {
  this.timeout(120_000);
  let session: Session;
  let wb: Workbench;
  before(async () => {
    session = await Session.start({ workspace: { 'notes.txt': 'Nothing here yet.\n' } });
    wb = session.workbench;
  });
  after(() => session?.stop());

  it('says what an experiment is and how to make one, and the live view that nothing can run', async () => {
    await openContainer(wb);
    await wb.page.getByText('No experiment here yet.', { exact: false }).first().waitFor({ timeout: 60_000 });
    await wb.page.locator('.welcome-view .monaco-button', { hasText: 'New Experiment' }).first().waitFor();
    const live = await wb.webview('.start', 60_000);
    await live.getByText('There is no experiment in this workspace yet.').waitFor();
    await wb.screenshot(join(SCREENSHOTS, 'sidebar-empty.png'));
    assert.deepEqual(await seriousFindings(live), []);
  });

  it('finds an experiment as soon as there is one', async () => {
    writeFileSync(join(session.folder, 'first.adapter.yaml'), 'version: 1\n');
    await wb.page.locator('.monaco-list-row[aria-label^="first, experiment, no run yet"]').first().waitFor();
    const live = await wb.webview('.start button.primary:not([hidden])');
    await live.getByText('Nothing has run yet. first.adapter.yaml is ready to.').waitFor();
  });
});

describe('the side bar', function () {
  this.timeout(300_000);
  let session: Session;
  let wb: Workbench;
  const row = (label: string | RegExp): Locator =>
    typeof label === 'string'
      ? wb.page.locator(`.pane .monaco-list-row[aria-label^="${label}"]`).first()
      : wb.page.getByRole('treeitem', { name: label }).first();
  const live = (selector: string): Promise<Frame> => wb.webview(selector, 90_000);
  const choose = async (of: Locator, title: string): Promise<void> => {
    await of.click({ button: 'right' });
    const item = wb.page.locator('.monaco-menu .action-item', { hasText: title }).first();
    await item.waitFor();
    // A menu takes no click in its first tenth of a second: it may be the end of the one that opened it.
    await wb.until(async () => {
      await item.click({ timeout: 2000 }).catch(() => undefined);
      return !(await item.isVisible());
    }, 'the end of the menu');
  };

  before(async () => {
    session = await Session.start({ viewport: { width: 1400, height: 900 } });
    wb = session.workbench;
  });
  after(() => session?.stop());

  it('shows the recorded run of the sample and what it holds', async () => {
    await openContainer(wb);
    await row('quickstart, experiment, 1 run').waitFor({ timeout: 60_000 });
    await row('search, experiment, no run yet').waitFor();
    await row('quickstart, experiment').locator('.monaco-tl-twistie').click();
    const recorded = row(/^Experiment, .*, done, floe · 2 of 8 layers .* recorded$/);
    await recorded.locator('.monaco-tl-twistie').click();
    await row('Scores').locator('.monaco-tl-twistie').click();
    for (const label of ['sentiment, fisher · 192 samples', 'Plan, floe · 2 layers', 'Report', 'Folder'])
      await row(label).waitFor();
    const page = await live('main > header h1');
    await page.getByText(/^quickstart · Experiment, /).waitFor();
    const runs = join(session.folder, '.adapter-lab', 'runs');
    const events = readFileSync(join(runs, readdirSync(runs)[0]!, 'events.jsonl'), 'utf8');
    const seconds = Number(/"actual":\{"seconds":([\d.]+)/.exec(events)?.[1]);
    await page
      .getByText(`Done in ${formatSeconds(seconds)}: floe · 2 of 8 layers · 40.3 k parameters.`, {
        exact: true,
      })
      .waitFor();
    await wb.screenshot(join(SCREENSHOTS, 'sidebar-recorded.png'));
  });

  it('shows the run that is clicked', async () => {
    await row(/^Experiment, .*, done, .* recorded$/).click();
    const page = await wb.webview('[role=gridcell]', 60_000);
    await page.getByText('Recorded run').first().waitFor();
    await wb.exec('workbench.action.closeAllEditors');
  });

  it('starts a score from the menu of an experiment, and follows it in both views', async () => {
    // Long enough to be looked at and then stopped.
    const file = join(session.folder, 'quickstart.adapter.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('samples: 192', 'samples: 1500'));
    // Committed, or the badge of source control would be taken for ours.
    execFileSync('git', ['commit', '-qam', 'Score more samples'], { cwd: session.folder });
    await choose(row('quickstart, experiment'), 'Score Layers');
    await row(/^Score, just now, running, /).waitFor({ timeout: 60_000 });
    const page = await live('.bar progress');
    await page.getByText('quickstart · Score').waitFor();
    await page.getByText('Scoring layers', { exact: true }).waitFor({ timeout: 120_000 });
    await page.locator('.strip rect.kept').first().waitFor({ timeout: 60_000 });
    await page.getByText(/^\d+ s, (about \d+ (s|min)|a few seconds) left$/).waitFor({ timeout: 60_000 });
    await row(/^Score, (just now|1 minute ago), running, scoring \d+ %/).waitFor();
    await wb.page.locator('.activitybar .badge', { hasText: '1' }).first().waitFor();
    for (const theme of looks) {
      await wb.theme(theme);
      await wb.screenshot(join(SCREENSHOTS, `sidebar-running-${theme}.png`));
    }
    await wb.theme('dark');
    assert.deepEqual(await seriousFindings(await live('.bar progress')), []);
  });

  it('stops it from the live view, and offers to go on', async () => {
    const page = await live('.bar progress');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped', { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await row(/^Score, .*, stopped, fisher · /).waitFor();
    await wb.screenshot(join(SCREENSHOTS, 'sidebar-stopped.png'));
    assert.equal(await wb.page.locator('.activitybar .badge:visible', { hasText: '1' }).count(), 0);
  });

  it('shows the same after the window was reloaded', async () => {
    await wb.reload();
    await row(/^Score, .*, stopped, fisher · /).waitFor({ timeout: 90_000 });
    await row('sentiment, fisher · 192 samples').waitFor();
    const page = await live('main > header h1');
    await page.getByText('Stopped', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
  });

  it('goes on with that run from its row, to be stopped from there as well', async () => {
    const stopped = row(/^Score, .*, stopped, fisher · /);
    await choose(stopped, 'Resume');
    await row(/^Score, .*, running, scoring \d+ %/).waitFor({ timeout: 120_000 });
    await choose(row(/^Score, .*, running, /), 'Stop');
    await row(/^Score, .*, stopped, fisher · /).waitFor({ timeout: 60_000 });
  });

  it('deletes a run once that is confirmed', async () => {
    const runs = join(session.folder, '.adapter-lab', 'runs');
    const before = readdirSync(runs).length;
    await choose(row(/^Score, .*, stopped, fisher · /), 'Delete Run…');
    await wb.answerDialog(/Delete this run\?/, 'Move to Trash');
    const dialog = wb.page.locator('.monaco-dialog-box:visible', { hasText: 'permanently' });
    // The server's disk has no trash.
    await Promise.race([dialog.waitFor(), row(/^Score, .*, stopped/).waitFor({ state: 'detached' })]);
    if (await dialog.isVisible()) await wb.answerDialog(/permanently\?/, 'Delete Permanently');
    await row(/^Score, .*, stopped/).waitFor({ state: 'detached', timeout: 30_000 });
    assert.equal(readdirSync(runs).length, before - 1);
    const page = await live('main > header h1');
    await page.getByText(/^quickstart · Experiment, /).waitFor();
  });

  it('has its pages fit a narrow and a wide side bar', async () => {
    const page = await live('main > header h1');
    for (const key of ['decreaseViewWidth', 'increaseViewWidth'] as const) {
      for (let times = 0; times < 4; times++) await wb.exec(`workbench.action.${key}`);
      const tooWide = (await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )) as number;
      assert.ok(tooWide <= 0, `${tooWide} px too wide`);
    }
  });
});
