import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import type { PlanFile } from '../../src/shared/planFile';
import { seriousFindings } from '../harness/accessibility';
import { Session } from '../harness/session';
import { SCREENSHOTS, type Workbench } from '../harness/workbench';
import { cellOf, colorBy, labelOf } from './grids';

describe('plan files and adapters in the window', function () {
  this.timeout(240_000);
  let session: Session;
  let wb: Workbench;
  let planFile = '';

  const map = (): Promise<Frame> => wb.webview('section.grid [role=gridcell]', 30_000);
  /** Undefined also while the file is being written. */
  const rankOnDisk = (path: string): number | undefined => {
    try {
      return (JSON.parse(readFileSync(planFile, 'utf8')) as PlanFile).plan.modules[path]?.rank;
    } catch {
      return undefined;
    }
  };

  before(async () => {
    session = await Session.start({ viewport: { width: 1400, height: 1000 } });
    wb = session.workbench;
    const runs = join(session.folder, '.adapter-lab', 'runs');
    planFile = join(runs, readdirSync(runs)[0]!, 'plan.json');
    await wb.active('adapter-lab.adapter-lab');
  });
  after(() => session?.stop());

  /** In the editor that VS Code itself chooses. */
  const open = (file: string): Promise<void> =>
    wb.evaluate(async (vscode, path) => {
      await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path));
    }, file);
  const openWith = (file: string, viewType: string): Promise<void> =>
    wb.evaluate(
      async (vscode, what) => {
        await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(what.file), what.viewType);
      },
      { file, viewType },
    );
  const rankIs = (on: Frame, layer: number, role: string, rank: number): Promise<void> =>
    wb.until(
      async () => new RegExp(`^Layer ${layer} ${role}: rank ${rank}\\b`).test(await labelOf(on, layer, role)),
      `rank ${rank} of layer ${layer} ${role}`,
    );

  it('opens plan.json as a map, where one Ctrl+Z takes one change back and Ctrl+S saves', async () => {
    const module = 'model.layers.7.self_attn.v_proj';
    await open(planFile);
    const page = await map();
    await colorBy(page, 'rank');
    await cellOf(page, 7, 'v').click();
    for (const rank of [16, 32]) {
      await wb.page.keyboard.press('+');
      await rankIs(page, 7, 'v', rank);
    }
    const tab = wb.page.locator('.tab', { hasText: 'plan.json' });
    await tab.and(wb.page.locator('.dirty')).waitFor();
    await wb.page.keyboard.press('Control+z');
    await rankIs(page, 7, 'v', 16);
    await wb.screenshot(join(SCREENSHOTS, 'plan-file.png'));
    assert.deepEqual(await seriousFindings(page), []);
    assert.equal(rankOnDisk(module), 8);
    await wb.page.keyboard.press('Control+s');
    await wb.until(() => Promise.resolve(rankOnDisk(module) === 16), 'the file to be saved');
    await rankIs(page, 7, 'v', 16);
  });

  it('shows the plan that was saved, by the quantity that was chosen, in a window that was reloaded', async () => {
    await wb.reload();
    await wb.active('adapter-lab.adapter-lab');
    const page = await map();
    await rankIs(page, 7, 'v', 16);
    await wb.exec('workbench.action.closeAllEditors');
  });

  it('opens adapter_config.json as text, and as a map of its base model where that is asked for', async () => {
    const config = join(session.folder, 'configs', 'adapter_config.json');
    const before = readFileSync(config, 'utf8');
    await open(config);
    await wb.page.locator('.monaco-editor', { hasText: 'lora_alpha' }).waitFor();
    await openWith(config, 'adapterLab.adapterConfig');
    const page = await map();
    await colorBy(page, 'rank');
    await cellOf(page, 3, 'q').click();
    await wb.page.keyboard.press('4');
    await wb.page.keyboard.press('Enter');
    await rankIs(page, 3, 'q', 4);
    await wb.until(
      async () => /"rank_pattern": \{\s*"/.test(await wb.text(config)),
      'the pattern in the text',
    );
    await wb.screenshot(join(SCREENSHOTS, 'adapter-config.png'));
    assert.deepEqual(await seriousFindings(page), []);
    await wb.page.keyboard.press('Control+z');
    await rankIs(page, 3, 'q', 8);
    await wb.until(async () => (await wb.text(config)) === before, 'the text as it was');
    assert.equal(readFileSync(config, 'utf8'), before);
  });
});
