import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Session } from '../harness/session';
import type { Workbench } from '../harness/workbench';

describe('a window that is not trusted', function () {
  this.timeout(120_000);
  let session: Session;
  let wb: Workbench;

  before(async () => {
    session = await Session.start({
      settings: {
        'security.workspace.trust.enabled': true,
        'security.workspace.trust.startupPrompt': 'never',
        'security.workspace.trust.banner': 'never',
      },
    });
    wb = session.workbench;
  });
  after(() => session.stop());

  it('says so, and offers to manage trust', async () => {
    await wb.open('quickstart.adapter.yaml');
    await wb.begin('adapterLab.scoreLayers');
    await wb.answerToast(/Restricted Mode, in which Adapter Lab/, 'Manage Trust');
    await wb.page.getByText('You are in Restricted Mode').first().waitFor();
    await wb.exec('workbench.action.closeActiveEditor');
  });

  it('shows what there is, and starts nothing', async () => {
    assert.equal(await wb.evaluate((vscode) => vscode.workspace.isTrusted), false);
    await wb.open('quickstart.adapter.yaml');
    await wb.page.locator('.codelens-decoration a', { hasText: 'Score Layers' }).first().waitFor();
    const before = readFileSync(join(session.folder, 'quickstart.adapter.yaml'), 'utf8');
    const plans = ['applyPlan', 'exportPlan', 'importScores', 'scoreConfig'];
    for (const command of [
      ...[
        'newExperiment',
        'openSample',
        'scoreLayers',
        'allocate',
        'runExperiment',
        'commitPlan',
        'selectDevice',
      ],
      ...plans,
    ]) {
      const failed = (await wb.exec(`adapterLab.${command}`)) as { error?: { code: string } };
      assert.equal(failed.error?.code, 'restricted-mode', command);
    }
    assert.equal(readFileSync(join(session.folder, 'quickstart.adapter.yaml'), 'utf8'), before);
    await wb.exec('adapterLab.showAllocationMap');
    const page = await wb.webview('main');
    await page.getByText('Restricted.', { exact: false }).first().waitFor();
    const pid = await wb.evaluate((vscode) => {
      const { exports } = vscode.extensions.getExtension('adapter-lab.adapter-lab')!;
      return (exports as { enginePid?: number }).enginePid ?? null;
    });
    assert.equal(pid, null);
  });

  it('says what a config comes to, and changes nothing in it', async () => {
    await wb.open('configs/axolotl.yml');
    const before = await wb.text('configs/axolotl.yml');
    const file = join(session.folder, 'configs/axolotl.yml');
    await wb.page.locator('.codelens-decoration a', { hasText: 'Score Layers…' }).first().waitFor();
    await wb.page
      .getByText(/trainable/)
      .first()
      .waitFor();
    await wb.page.locator('.codelens-decoration a', { hasText: 'rank 8 · change…' }).first().click();
    await wb
      .toast(/Restricted Mode, in which Adapter Lab/)
      .first()
      .waitFor();
    assert.equal(await wb.text('configs/axolotl.yml'), before);
    assert.equal(readFileSync(file, 'utf8'), before);
  });
});
