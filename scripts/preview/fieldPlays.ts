import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { ToWebview } from '../../src/shared/webviewProtocol';
import { cellAt, changes, drawn, send } from './mapPlays';

/** Writes into a cell and clicks on another one: what was written is of the first, and a wrong value is said to be dropped. */
export async function writeAndLeave(page: Page): Promise<void> {
  await changes(page);
  await cellAt(page, 2, 0).click();
  await page.keyboard.type('12');
  await cellAt(page, 3, 1).click();
  const [first, ...others] = await changes(page);
  assert.ok(first?.change === 'rows');
  assert.deepEqual([first.label, others], ['rank of layer 2 o', []]);
  assert.equal(await cellAt(page, 3, 1).getAttribute('aria-selected'), 'true');

  await page.keyboard.type('9999');
  await cellAt(page, 4, 1).click();
  assert.deepEqual(await changes(page), []);
  const note = page.getByRole('alert').filter({ hasText: 'was not taken' });
  assert.match((await note.textContent()) ?? '', /^“9999” was not taken\. A rank is a whole number/);
  assert.equal(await page.locator('.cell-input').count(), 0);
  // It is for the reader to see, until the next key.
  await page.keyboard.press('ArrowUp');
  assert.equal(await note.count(), 0);
}

/** The cell with the focus stays described while the pointer goes over others. */
export async function describeCells(page: Page): Promise<void> {
  const cell = cellAt(page, 2, 0);
  await cell.click();
  const described = async (): Promise<string | null> => {
    const id = await cell.getAttribute('aria-describedby');
    return id === null ? null : page.locator(`#${id}`).textContent();
  };
  const own = await described();
  assert.match(own ?? '', /layers\.2\.self_attn\.o_proj/);
  await cellAt(page, 3, 1).hover();
  assert.equal(await described(), own);
  await page.locator('h1').first().hover();
  assert.equal(await described(), own);
  await page.keyboard.press('ArrowRight');
  assert.equal(await described(), null);
}

/** Writes limits: those that nobody touched stay the host's, a wrong one keeps the method, another run forgets them. */
export async function writeLimits(
  page: Page,
  refused: ToWebview,
  other: readonly ToWebview[],
): Promise<void> {
  await changes(page);
  const field = (name: string) => page.getByRole('textbox', { name });
  await field('Experts').fill('many');
  const method = page.locator('section.allocation vscode-dropdown');
  const chosen = (): Promise<unknown> => method.evaluate('(element) => element.value');
  const before = await chosen();
  await method.click();
  await method.locator('vscode-option', { hasText: 'uniform' }).click();
  await drawn(page);
  assert.deepEqual(await changes(page), []);
  assert.equal(await chosen(), before);

  await field('Experts').fill('40');
  await field('Layers').fill('');
  await field('Layers').press('Enter');
  assert.deepEqual(await changes(page), [
    { change: 'allocate', method: 'floe', budget: { layers: null, experts: 40 } },
  ]);
  await send(page, refused);
  await page.getByRole('alert').filter({ hasText: 'No room' }).waitFor();
  assert.equal(await field('Experts').inputValue(), '40');
  for (const message of other) await send(page, message);
  await drawn(page);
  assert.equal(await field('Experts').inputValue(), '');
  assert.equal(await field('Layers').inputValue(), '2');
}
