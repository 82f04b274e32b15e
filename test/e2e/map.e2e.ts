import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { seriousFindings } from '../harness/accessibility';
import { Session } from '../harness/session';
import { SCREENSHOTS, type Workbench } from '../harness/workbench';
import { cellOf, colorBy, labelOf } from './grids';

const experiment = 'quickstart.adapter.yaml';

/** Layers 0 and 7 of the sample's recorded plan have adapters; the others have none. */
describe('the allocation map in the window', function () {
  this.timeout(240_000);
  let session: Session;
  let wb: Workbench;
  let original = '';

  const page = (): Promise<Frame> => wb.webview('section.grid [role=gridcell]');
  /** Waits until a cell reads so: to the screen reader as to the eye. */
  const reads = async (on: Frame, layer: number, role: string, words: string): Promise<void> => {
    const label = `Layer ${layer} ${role}: ${words}`;
    await wb.until(async () => (await labelOf(on, layer, role)) === label, `"${label}"`);
  };
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await wb.page.keyboard.press(key);
  };
  const deed = (on: Frame, title: string): Locator =>
    on.locator('section.allocation .deeds vscode-button:visible', { hasText: title });
  const onDisk = (): string => readFileSync(join(session.folder, experiment), 'utf8');
  before(async () => {
    session = await Session.start({ viewport: { width: 1500, height: 1000 } });
    wb = session.workbench;
    original = onDisk();
    await wb.active('adapter-lab.adapter-lab');
    await wb.open(experiment);
    await wb.command('Adapter Lab: Show Allocation Map');
    await colorBy(await page(), 'rank');
  });
  after(() => session?.stop());

  it('changes the cells that are selected by what is typed, and no others', async () => {
    const map = await page();
    await cellOf(map, 0, 'q').click();
    await press('Shift+ArrowDown', '4');
    await wb.page.keyboard.type('2');
    await press('Backspace', 'Enter');
    await reads(map, 0, 'q', 'rank 4, changed');
    await reads(map, 1, 'q', 'rank 4, changed');
    await reads(map, 7, 'q', 'rank 8');
    await wb.screenshot(join(SCREENSHOTS, 'map-edited.png'));
  });

  it('refuses a rank that no matrix has, and says what it may be', async () => {
    const map = await page();
    await cellOf(map, 7, 'q').click();
    await press('9');
    await wb.page.keyboard.type('9999');
    await press('Enter');
    await map.locator('section.grid .tip [role=alert]', { hasText: /from 0 to \d+/ }).waitFor();
    await press('Escape');
    await reads(map, 7, 'q', 'rank 8');
  });

  it('steps by keys and by dragging, locks what it then leaves alone, takes off, and takes each back by one Ctrl+Z', async () => {
    const map = await page();
    await cellOf(map, 7, 'v').click();
    await press('+');
    await reads(map, 7, 'v', 'rank 16, changed');
    await press('l');
    await reads(map, 7, 'v', 'rank 16, locked, changed');
    await press('Delete');
    await map.getByText(/layers\.7\.self_attn\.v_proj is locked\. Unlock it first\./).waitFor();
    await reads(map, 7, 'v', 'rank 16, locked, changed');
    await press('Control+z');
    await reads(map, 7, 'v', 'rank 16, changed');
    await press('Delete');
    await reads(map, 7, 'v', 'rank 0, no adapter, changed');
    await press('Control+z');
    await reads(map, 7, 'v', 'rank 16, changed');
    await press('Control+z');
    await reads(map, 7, 'v', 'rank 8');
    // Both cells of the first test are one change.
    await press('Control+z');
    await reads(map, 0, 'q', 'rank 8');
    await reads(map, 1, 'q', 'rank 0, no adapter');
    await press('Control+Shift+z');
    await reads(map, 1, 'q', 'rank 4, changed');

    const box = (await cellOf(map, 7, 'v').boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await wb.page.mouse.move(x, y);
    await wb.page.mouse.down();
    await wb.page.mouse.move(x, y - 14, { steps: 4 });
    await reads(map, 7, 'v', 'rank 16, changed');
    await wb.page.mouse.move(x, y - 26, { steps: 4 });
    await wb.page.mouse.up();
    await reads(map, 7, 'v', 'rank 32, changed');
  });

  it('shows other quantities of the same cells', async () => {
    const map = await page();
    for (const [value, words] of [
      ['experts', /^Layer 0 v: 3 experts/],
      ['parameters', /^Layer 0 v: [\d,.]+ ?k? parameters/],
      ['score', /^Layer 0 v: [\d.]+ % of the total score/],
    ] as const) {
      await colorBy(map, value);
      await wb.until(async () => words.test(await labelOf(map, 0, 'v')), `${value} in the cells`);
      await wb.screenshot(join(SCREENSHOTS, `map-${value}.png`));
    }
    await colorBy(map, 'rank');
    await reads(map, 7, 'v', 'rank 32, changed');
    assert.deepEqual(await seriousFindings(map), []);
  });

  it('keeps the draft when the window is reloaded, and when its page was closed', async () => {
    await wb.reload();
    await wb.active('adapter-lab.adapter-lab');
    for (const opened of ['after a reload', 'again']) {
      await wb.open(experiment);
      await wb.command('Adapter Lab: Show Allocation Map');
      const map = await page();
      // A page that was closed begins with the scores.
      await colorBy(map, 'rank');
      await reads(map, 7, 'v', 'rank 32, changed');
      await reads(map, 0, 'q', 'rank 4, changed');
      if (opened === 'again') break;
      await wb.exec('workbench.action.closeAllEditors');
    }
    assert.equal(onDisk(), original);
  });

  it('allocates anew from the stored scores, by another method and under another budget', async () => {
    const map = await page();
    const method = map.locator('section.allocation vscode-dropdown').first();
    await method.click();
    await method.locator('vscode-option[value="uniform"]').click();
    // The same share of layers, spread over the depth.
    await reads(map, 2, 'v', 'rank 8, changed');
    await reads(map, 7, 'v', 'rank 0, no adapter, changed');
    await method.click();
    await method.locator('vscode-option[value="floe"]').click();
    await reads(map, 2, 'v', 'rank 0, no adapter');
    await reads(map, 7, 'v', 'rank 8');
    const layers = map.locator('section.allocation .gauge input').first();
    await layers.fill('50%');
    await layers.press('Enter');
    await wb.until(async () => {
      const labels = await map
        .locator('section.grid [role=gridcell][aria-label*=" v: "]')
        .evaluateAll((cells) => cells.map((one) => one.getAttribute('aria-label') ?? ''));
      return labels.filter((label) => !label.includes('no adapter')).length === 4;
    }, 'half of the layers');
    await wb.screenshot(join(SCREENSHOTS, 'map-allocated.png'));
    assert.equal(onDisk(), original);
  });

  it('applies the draft as one edit of the experiment, whose comments stay, and which the editor takes back', async () => {
    const map = await page();
    await cellOf(map, 0, 'q').click();
    await press('4', 'Enter');
    await deed(map, 'Apply').click();
    await map.getByText(`${experiment} has this plan.`).waitFor();
    const applied = await wb.text(experiment);
    assert.match(applied, /\nplan:/);
    for (const line of original.split('\n').filter((one) => one.includes('#'))) {
      // The budget is the one line that changes, and keeps its comment.
      const stays = line.startsWith('budget:') ? line.slice(line.indexOf('#')) : line;
      assert.ok(applied.includes(stays), line);
    }
    assert.match(applied, /layers\.0\.self_attn\.q_proj:? ?.*rank: 4/);
    await wb.screenshot(join(SCREENSHOTS, 'map-applied.png'));
    await wb.open(experiment);
    await wb.exec('undo');
    assert.equal(await wb.text(experiment), original);
    await wb.command('Adapter Lab: Show Allocation Map');
    await (await page()).getByText(/does not have this plan yet/).waitFor();
  });
});
