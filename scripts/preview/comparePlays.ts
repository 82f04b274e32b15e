import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { told } from './mapPlays';

/** Goes over the grid and the switch by keys, as a user does, copies it, and asks for the sides the other way round. */
export async function compareByKeys(page: Page): Promise<void> {
  await told(page);
  const focused = () => page.evaluate('document.activeElement.getAttribute("aria-label")');
  await page.locator('.compare-grid [role=gridcell]').first().focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
  assert.match(String(await focused()), /^Layer 2 qkv: rank −\d+, \d+ left and \d+ right$/);
  // Keys that edit a map do nothing here.
  await page.keyboard.press('5');
  assert.equal(await page.locator('.cell-input').count(), 0);
  const chosen = page.locator('.segment[aria-checked=true]');
  await page.locator('.segment[data-id=difference]').focus();
  await page.keyboard.press('ArrowLeft');
  assert.equal(await chosen.textContent(), 'Right');
  await page.keyboard.press('ArrowRight');
  assert.equal(await chosen.textContent(), 'Difference');
  for (const form of ['CSV', 'Markdown', 'LaTeX', 'PNG', 'all modules']) {
    await page.locator('.compare-grid .menu-box vscode-button').click();
    await page.locator('.compare-grid .menu li', { hasText: form }).first().click();
  }
  await page.locator('.totals .menu-box vscode-button').click();
  await page.locator('.totals .menu li', { hasText: 'LaTeX' }).click();
  await page.locator('.swap-sides').click();
  await page.locator('.open-right').click();
  const messages = await told(page);
  assert.deepEqual(
    messages.map((message) => (message.type === 'copy' ? message.what : message.type)),
    [
      ...['the comparison as CSV', 'the comparison as Markdown', 'the comparison as LaTeX', 'picture'],
      ...['all modules as CSV', 'the totals as LaTeX', 'comparing', 'comparing'],
    ],
  );
  assert.deepEqual(
    messages.flatMap((message) => (message.type === 'comparing' ? [message.deed] : [])),
    ['swap', 'openRight'],
  );
  await page.locator('.compare-grid [role=gridcell]').nth(9).focus();
  await page.locator('.tip:visible').waitFor();
}
