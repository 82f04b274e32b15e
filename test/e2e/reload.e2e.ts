import { Session } from '../harness/session';
import type { Workbench } from '../harness/workbench';

const experiment = 'quickstart.adapter.yaml';

describe('a window that is reloaded in the middle of a score', function () {
  this.timeout(180_000);
  let session: Session;
  let wb: Workbench;

  before(async () => {
    session = await Session.start({ viewport: { width: 1400, height: 900 } });
    wb = session.workbench;
    await wb.active('adapter-lab.adapter-lab');
    await wb.open(experiment);
  });
  after(() => session.stop());

  it('says that the run ended, and can score again from the page', async () => {
    await wb.page.locator('.codelens-decoration a', { hasText: 'Score Layers' }).first().click();
    const page = await wb.webview('section.progress');
    await page.locator('[role=gridcell]').first().waitFor({ timeout: 60_000 });
    await wb.reload();
    await wb.active('adapter-lab.adapter-lab');
    // VS Code itself may not have saved yet that the page was open; that a page comes back is the journey's to show.
    await wb.open(experiment);
    await wb.command('Adapter Lab: Show Allocation Map');
    const again = await wb.webview('#app section', 60_000);
    await again
      .getByText(/^(Stopped|Failed)$/)
      .first()
      .waitFor({ timeout: 60_000 });
    const button = again.locator('vscode-button:not([disabled])', { hasText: 'Score Layers' }).first();
    await button.waitFor({ timeout: 30_000 });
    await button.click();
    const next = await wb.webview('section.progress', 60_000);
    await next.getByText('Running', { exact: true }).first().waitFor({ timeout: 60_000 });
    await wb.command('Adapter Lab: Stop');
    await next.getByText('Stopped', { exact: true }).first().waitFor({ timeout: 60_000 });
  });
});
