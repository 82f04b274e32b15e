import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { RunEvent } from '../../src/shared/runEvents';
import { send } from './mapPlays';

/** What the tabs say is shown, and where the reader is. */
interface Shown {
  readonly selected: readonly string[];
  readonly underlined: readonly string[];
  readonly focused: string | null;
  readonly scrolled: number;
}
const shown = async (page: Page): Promise<Shown> =>
  (await page.evaluate(`(() => {
    const tabs = [...document.querySelectorAll('vscode-panel-tab')];
    const names = (some) => some.map((tab) => tab.textContent);
    const isUnderlined = (tab) => getComputedStyle(tab).borderBottomColor !== 'rgba(0, 0, 0, 0)';
    return {
      selected: names(tabs.filter((tab) => tab.getAttribute('aria-selected') === 'true')),
      underlined: names(tabs.filter(isUnderlined)),
      focused: document.activeElement.textContent.slice(0, 20),
      scrolled: document.querySelector('.scrolled')?.scrollTop ?? 0,
    };
  })()`)) as Shown;

/** Lets tabs come while the reader is behind one, and holds that he stays there, and that what he changes is no choice of a tab. */
export async function stayBehindTab(
  page: Page,
  training: readonly RunEvent[],
  search: readonly RunEvent[],
): Promise<void> {
  const tell = async (events: readonly RunEvent[], title: string): Promise<void> => {
    await send(page, { type: 'events', run: '2025-03-04T09-12-30-mail-run', events });
    await page.locator('vscode-panel-tab', { hasText: title }).waitFor();
  };
  const cell = page.locator('[role=gridcell]').first();
  await cell.focus();
  const before = await page.evaluate(`(() => {
    const box = document.activeElement.parentElement.closest('[role=grid]').parentElement;
    box.classList.add('scrolled');
    box.style.height = '60px';
    box.style.overflow = 'auto';
    box.scrollTop = 20;
    return box.scrollTop;
  })()`);
  const focused = await cell.textContent();
  await tell(training, 'Training');
  const there: Shown = { selected: ['Map'], underlined: ['Map'], focused, scrolled: before as number };
  assert.deepEqual(await shown(page), there);

  await page.evaluate(
    `document.querySelector('.scrolled').dispatchEvent(new Event('change', { bubbles: true }))`,
  );
  await tell(search, 'Search');
  await page.locator('vscode-panel-tab[aria-selected=true]', { hasText: 'Search' }).waitFor();
  for (const title of ['Training', 'Map', 'Search', 'Training']) {
    await page.locator('vscode-panel-tab', { hasText: title }).click();
    const { selected, underlined } = await shown(page);
    assert.deepEqual({ selected, underlined }, { selected: [title], underlined: [title] });
  }
}
