import type { Locator, Page } from 'playwright-core';
import { PATIENCE } from './bridge';

/** The notification that contains a text. It fades after some seconds: act on it at once. */
export function toast(page: Page, text: string | RegExp): Locator {
  return page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text }).first();
}

/** Waits for a notification and presses one of its buttons. */
export async function answerToast(page: Page, text: string | RegExp, button: string): Promise<void> {
  const one = toast(page, text).locator('.monaco-button', { hasText: button }).first();
  await one.click({ timeout: PATIENCE });
}

/** The modal dialog, which in a browser is a part of the page. */
export function dialog(page: Page): Locator {
  return page.locator('.monaco-dialog-box:visible').first();
}

/** Waits for a modal dialog that contains a text and presses one of its buttons. */
export async function answerDialog(page: Page, text: string | RegExp, button: string): Promise<void> {
  const box = page.locator('.monaco-dialog-box:visible').filter({ hasText: text });
  await box.locator('.monaco-button', { hasText: button }).first().click({ timeout: PATIENCE });
}
