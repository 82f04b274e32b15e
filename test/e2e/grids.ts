import type { Frame, Locator } from 'playwright-core';

/** The cell of a grid of layers × roles; "Layer 3 q: rank 8" is how it reads. @param section the grid's class */
export const cellOf = (on: Frame, layer: number, role: string, section = 'grid'): Locator =>
  on.locator(`section.${section} [role=gridcell][aria-label^="Layer ${layer} ${role}:"]`);

export const labelOf = async (...cell: Parameters<typeof cellOf>): Promise<string> =>
  (await cellOf(...cell).getAttribute('aria-label')) ?? '';

/** Chooses what a grid shows. */
export async function colorBy(on: Frame, quantity: string, section = 'grid'): Promise<void> {
  const choice = on.locator(`section.${section} vscode-dropdown`).first();
  await choice.click();
  await choice.locator(`vscode-option[value="${quantity}"]`).click();
}
