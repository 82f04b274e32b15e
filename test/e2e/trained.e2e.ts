import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { seriousFindings } from '../harness/accessibility';
import { Session } from '../harness/session';
import { SCREENSHOTS, type Workbench } from '../harness/workbench';
import { fewTask, writeFew } from './fewSamples';

/** A task of the sample, trained for twenty steps. */
const textOf = (
  method: string,
  options: string,
): string => `${fewTask}method: ${method} # trained in a window's test
adapter: { targets: [q_proj, v_proj, down_proj], rank: 8, alpha: 16 }
${options}
train: { epochs: 0.1, learning_rate: 5e-3, batch_size: 8, max_length: 64, evaluations: 2, seeds: [1] }
`;
const experiments = {
  'moving.adapter.yaml': textOf(
    'dynamic-lora',
    'dynamic_lora: { layer_weights: true, reallocate: true, interval: 4, warmup_ratio: 0.1, temperature: 0.2 }',
  ),
  'sharing.adapter.yaml': textOf('lily', 'lily: { stride_a: 2, num_b: 2, scaling: 2 }'),
};

describe('what a training shows in the window', function () {
  this.timeout(240_000);
  let session: Session;
  let wb: Workbench;

  const tab = (page: Frame, title: string): Locator =>
    page.locator('vscode-panel-tab, [role=tab]', { hasText: title }).first();
  const train = async (experiment: string): Promise<void> => {
    await wb.exec('workbench.action.closeAllEditors');
    await wb.open(experiment);
    await wb.begin('adapterLab.train');
  };
  const done = (page: Frame): Promise<void> =>
    page.getByText('Done', { exact: true }).first().waitFor({ timeout: 120_000 });

  before(async () => {
    session = await Session.start({ viewport: { width: 1500, height: 1000 } });
    wb = session.workbench;
    writeFew(session.folder);
    for (const [name, text] of Object.entries(experiments)) writeFileSync(join(session.folder, name), text);
    await wb.active('adapter-lab.adapter-lab');
  });
  after(() => session?.stop());

  it('is which ranks dynamic LoRA moved, at every step that the scrubber stands at', async () => {
    await train('moving.adapter.yaml');
    const page = await wb.webview('section.ranks .scrubber', 90_000);
    await done(page);
    const ranks = page.locator('section.ranks');
    const at = ranks.locator('output');
    const cells = async (): Promise<string[]> => ranks.locator('.map-table td').allInnerTexts();
    const [newest, last] = [await at.textContent(), await cells()];
    const slider = ranks.locator('input[type=range]');
    await slider.focus();
    await wb.page.keyboard.press('Home');
    await wb.until(async () => (await at.textContent()) !== newest, 'the first step');
    const first = await cells();
    assert.notDeepEqual(first, last);
    await wb.page.keyboard.press('ArrowRight');
    await wb.until(async () => (await cells()).some((text) => /[▲▼]/.test(text)), 'a rank that moved');
    await wb.screenshot(join(SCREENSHOTS, 'ranks-over-time.png'));
    assert.deepEqual(await seriousFindings(page), []);
    await ranks.locator('vscode-button', { hasText: 'Play' }).click();
    await wb.until(async () => (await at.textContent()) === newest, 'the newest step');
    await ranks.locator('vscode-button', { hasText: 'Play' }).waitFor();
    assert.deepEqual(await cells(), last);
  });

  it('is still there, at the tab that was chosen, when the window comes back', async () => {
    await tab(await wb.webview('section.ranks'), 'Details').click();
    await wb.webview('section.facts');
    await wb.reload();
    await wb.active('adapter-lab.adapter-lab');
    const page = await wb.webview('main, #app section', 60_000);
    await wb.until(
      async () => (await tab(page, 'Details').getAttribute('aria-selected')) === 'true',
      'the tab',
    );
    await tab(page, 'Training').click();
    await page.locator('section.ranks .map-table td').first().waitFor();
  });

  it("is which layers share which of Lily's A, and the loads of its routers", async () => {
    await train('sharing.adapter.yaml');
    const page = await wb.webview('section.training canvas', 90_000);
    await done(page);
    await wb.screenshot(join(SCREENSHOTS, 'lily-training.png'));
    await tab(page, 'Sharing').click();
    const map = page.locator('section.sharing .map-table');
    await map.waitFor();
    // One A serves two layers one after the other.
    const rows = await map.locator('tbody tr').allInnerTexts();
    assert.deepEqual(
      rows.map((row) => /A \d/.exec(row)?.[0]),
      [1, 1, 2, 2, 3, 3, 4, 4].map((a) => `A ${a}`),
    );
    await wb.screenshot(join(SCREENSHOTS, 'lily-sharing.png'));
    assert.deepEqual(await seriousFindings(page), []);
    await page.locator('section.sharing vscode-checkbox').click();
    const table = page.locator('section.sharing table.plain');
    await table.locator('tbody tr').first().waitFor();
    const [head = '', , third = ''] = await table.locator('tr').allInnerTexts();
    assert.match(head, /Weight of B 1\tWeight of B 2$/);
    assert.match(third, /^0\tv_proj\tA 1\t0–1\t2\t0\.\d{4}\t0\.\d{4}$/);
  });
});
