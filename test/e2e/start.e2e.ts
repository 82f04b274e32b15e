import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { walkthroughs } from '../../src/shared/ids';
import { Session } from '../harness/session';
import { SCREENSHOTS, type Workbench } from '../harness/workbench';

describe('the first minutes', function () {
  this.timeout(240_000);
  let session: Session;
  let wb: Workbench;
  const step = (name: string): Locator => wb.page.locator(`[x-dispatch$="#getStarted#${name}"]`).first();
  const isDone = (name: string): Locator =>
    wb.page.locator(`.getting-started-step .codicon.complete[data-done-step-id$="#getStarted#${name}"]`);
  const quickInput = (): Locator => wb.page.locator('.quick-input-widget:visible');
  /** A question that is asked, with its first choice there. */
  const asked = async (place: string, first: string): Promise<void> => {
    await quickInput().getByText(`New Experiment (${place})`).waitFor();
    await wb.row(first).waitFor();
  };
  const picture = async (name: string): Promise<void> => {
    for (const theme of ['light', 'dark'] as const) {
      await wb.theme(theme);
      await wb.screenshot(join(SCREENSHOTS, `${name}-${theme}.png`));
    }
  };

  before(async () => {
    session = await Session.start({ viewport: { width: 1300, height: 850 } });
    wb = session.workbench;
  });
  after(() => session.stop());

  it('are led by a walkthrough of four steps, which commands tick', async () => {
    await wb.exec('workbench.action.closeSidebar');
    await wb.exec('workbench.action.openWalkthrough', walkthroughs.getStarted);
    const buttons = {
      open: 'Open Sample',
      score: 'Score Layers',
      allocate: 'Allocate',
      commit: 'Commit Plan',
    };
    for (const [name, title] of Object.entries(buttons)) {
      await step(name).click();
      await wb.page.getByRole('button', { name: title, exact: true }).first().waitFor();
      await wb.webview('svg');
      await picture(`walkthrough-${name}`);
    }
    assert.equal(await isDone('allocate').count(), 0);
    // The sample has a recorded run to allocate from.
    await wb.open('quickstart.adapter.yaml');
    await wb.exec('adapterLab.allocate');
    await wb.exec('workbench.action.openWalkthrough', walkthroughs.getStarted);
    await isDone('allocate').first().waitFor();
    await wb.screenshot(join(SCREENSHOTS, 'walkthrough-done.png'));
    await wb.reset();
  });

  it('lead to a new experiment from the palette, by Enter alone but for a choice of data', async () => {
    await wb.command('Adapter Lab: New Experiment');
    const { page } = wb;
    await quickInput().getByText('New Experiment (1/4)').waitFor();
    await quickInput().getByText('about 1,600 rows', { exact: false }).first().waitFor();
    await picture('new-experiment-data');
    await page.keyboard.type('spam');
    await wb.row('spam').waitFor();
    await page.keyboard.press('Enter');
    await asked('2/4', 'FLoE');
    await picture('new-experiment-method');
    await page.keyboard.press('Enter');
    await asked('3/4', '50 % of the layers');
    await picture('new-experiment-budget');
    // A way back, to what was answered before.
    await quickInput().locator('.codicon-quick-input-back').click();
    await asked('2/4', 'FLoE');
    await page.keyboard.press('Enter');
    await asked('3/4', '50 % of the layers');
    await page.keyboard.press('Enter');
    await quickInput().getByText('New Experiment (4/4)').waitFor();
    // What is there already is not accepted.
    await wb.input.fill('quickstart');
    await quickInput().getByText('quickstart.adapter.yaml is there already').waitFor();
    await page.keyboard.press('Enter');
    await picture('new-experiment-name');
    await wb.input.fill('mine');
    await page.keyboard.press('Enter');
    const file = join(session.folder, 'mine.adapter.yaml');
    await page.locator('.tab.active', { hasText: 'mine.adapter.yaml' }).first().waitFor();
    await page.locator('.codelens-decoration a', { hasText: 'Score Layers' }).first().waitFor();
    await picture('new-experiment-done');
    assert.match(readFileSync(file, 'utf8'), /^ {4}label: label # ham, spam$/m);
    await wb.reset();
  });

  it('leave nothing of a new experiment that is given up', async () => {
    const files = (): string[] => readdirSync(session.folder).sort();
    const before = files();
    await wb.command('Adapter Lab: New Experiment');
    await quickInput().getByText('New Experiment (1/4)').waitFor();
    await wb.page.keyboard.press('Escape');
    await quickInput().waitFor({ state: 'hidden' });
    assert.deepEqual(files(), before);
  });

  it('end, where something does not work, in a report that names nothing of the user’s', async () => {
    await wb.command('Adapter Lab: Diagnostic Report');
    await wb.page.getByText('Nothing of this was sent anywhere').first().waitFor({ timeout: 90_000 });
    await wb.exec('notifications.clearAll');
    await picture('diagnostic-report');
    const text = await wb.evaluate((vscode) => vscode.window.activeTextEditor?.document.getText() ?? '');
    assert.match(text, /\| native \| [\d.]+ GFLOP/);
    assert.ok(!text.includes(session.folder), text);
  });

  it('open the sample in a window of its own, with its experiment and the walkthrough beside it', async () => {
    await wb.exec('workbench.action.openWalkthrough', walkthroughs.getStarted);
    await step('open').click();
    await wb.page.getByRole('button', { name: 'Open Sample', exact: true }).first().click();
    await quickInput().getByText("In the Extension's Storage").waitFor();
    await wb.screenshot(join(SCREENSHOTS, 'open-sample.png'));
    const opening = wb.page.context().waitForEvent('page', { timeout: 60_000 });
    await wb.page.keyboard.press('Enter');
    const page = await opening;
    await page.setViewportSize({ width: 1300, height: 850 });
    await page.locator('.tab', { hasText: 'quickstart.adapter.yaml' }).first().waitFor({ timeout: 90_000 });
    await page.locator('.tab', { hasText: 'Walkthrough: Adapter Lab' }).first().waitFor({ timeout: 30_000 });
    await page.locator('.codelens-decoration a', { hasText: 'Score Layers' }).first().waitFor();
    await page.screenshot({ path: join(SCREENSHOTS, 'opened-sample.png') });
    await page.close();
  });
});
