import type { Locator, Page } from 'playwright-core';
import { PATIENCE } from './bridge';

/** The one input of the palette, quick picks and input boxes that is shown; the page holds more than ten hidden ones. */
export function quickInput(page: Page): Locator {
  return page.locator('.quick-input-widget:visible .quick-input-box input').first();
}

/** A row of the open quick pick by its title. Its screen reader label is the title, alone or with more after a comma. */
export function quickRow(page: Page, title: string): Locator {
  const text = JSON.stringify(title);
  const more = JSON.stringify(`${title},`);
  const row = '.quick-input-widget:visible .monaco-list-row';
  return page.locator(`${row}[aria-label=${text}], ${row}[aria-label^=${more}]`).first();
}

/** Opens the command palette. The key is lost while the focus moves, as after a load, hence the repetition. */
export async function openPalette(page: Page): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  const input = quickInput(page);
  while (!(await input.isVisible())) {
    if (Date.now() > deadline) throw new Error('The command palette did not open.');
    await page.keyboard.press('F1');
    await input.waitFor({ timeout: 500 }).catch(() => undefined);
  }
}

/** Runs a command the way a user does: by its title in the palette, category and all. */
export async function runFromPalette(page: Page, title: string): Promise<void> {
  await openPalette(page);
  await quickInput(page).fill(`>${title}`);
  await quickRow(page, title).click({ timeout: PATIENCE });
}
