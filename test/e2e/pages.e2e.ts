import assert from 'node:assert/strict';
import { join } from 'node:path';
import { seriousFindings } from '../harness/accessibility';
import { Session } from '../harness/session';
import { type Theme, themes } from '../harness/settings';
import { SCREENSHOTS, type Workbench } from '../harness/workbench';

const widths = [600, 1400];

describe('the page of a run', function () {
  this.timeout(240_000);
  let session: Session;
  let wb: Workbench;

  before(async () => {
    session = await Session.start();
    wb = session.workbench;
    await wb.open('quickstart.adapter.yaml');
    // A run of the sample's own experiment, made shorter: the pictures are of a whole one.
    await wb.evaluate(async (vscode) => {
      const editor = vscode.window.activeTextEditor!;
      const text = editor.document.getText().replace(/samples: \d+/, 'samples: 24');
      const all = new vscode.Range(0, 0, editor.document.lineCount, 0);
      await editor.edit((edit) => edit.replace(all, text));
      await editor.document.save();
    });
    const run = await wb.evaluate(
      (vscode) => vscode.commands.executeCommand('adapterLab.runExperiment'),
      undefined,
      120_000,
    );
    assert.equal(typeof run, 'string', JSON.stringify(run));
  });
  after(() => session.stop());

  for (const theme of ['light', 'dark', 'high-contrast'] as const satisfies Theme[]) {
    for (const width of widths) {
      it(`fits a window of ${width} in ${themes[theme]}, and breaks no policy`, async () => {
        const troubles: string[] = [];
        const listen = (message: { text(): string }): void => {
          if (/Content.Security.Policy/i.test(message.text())) troubles.push(message.text());
        };
        wb.page.on('console', listen);
        await wb.theme(theme);
        await wb.resize({ width, height: 900 });
        await wb.exec('workbench.action.closeSidebar');
        await wb.exec('workbench.action.closeAllEditors');
        await wb.open('quickstart.adapter.yaml');
        await wb.exec('adapterLab.showAllocationMap');
        const page = await wb.webview('section.plan');
        await page.locator('[role=gridcell]').first().waitFor();
        await wb.screenshot(join(SCREENSHOTS, `page-${theme}-${width}.png`));
        await wb.exec('workbench.action.joinAllGroups');
        const alone = await wb.webview('section.plan');
        await wb.screenshot(join(SCREENSHOTS, `page-alone-${theme}-${width}.png`));
        const tooWide = (await alone.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        )) as number;
        const findings = await seriousFindings(alone);
        wb.page.off('console', listen);
        assert.deepEqual(troubles, []);
        assert.deepEqual(findings, []);
        assert.ok(tooWide <= 0, `${tooWide} px too wide`);
      });
    }
  }
});
