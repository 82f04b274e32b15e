import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { DraftChange } from '../../src/shared/draft';
import type { FromWebview, ToWebview } from '../../src/shared/webviewProtocol';

/** What the page has told the host since it was last asked. */
export const told = async (page: Page): Promise<FromWebview[]> =>
  (await page.evaluate('posted.splice(0)')) as FromWebview[];
export const changes = async (page: Page): Promise<DraftChange[]> =>
  (await told(page)).flatMap((message) => (message.type === 'change' ? [message.change] : []));
export const cellAt = (page: Page, row: number, column: number) =>
  page.locator(`.lines > :nth-child(${row + 1}) [role=gridcell]`).nth(column);
export const send = (page: Page, message: ToWebview) =>
  page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);

type DraftMessage = Extract<ToWebview, { type: 'draft' }>;

/** Waits until what was sent is drawn. */
export const drawn = (page: Page) =>
  page.evaluate(
    'new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 0))',
  );

/** Changes ranks by keys, by a drag and by writing, as a user does, and holds what the host is told to it. */
export async function editRanks(page: Page, answer: DraftMessage): Promise<void> {
  await told(page);
  const cell = cellAt(page, 2, 0);
  await cell.click();
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  const rows = (await changes(page)).map((change) => (change.change === 'rows' ? change.rows : {}));
  const path = 'model.layers.2.self_attn.o_proj';
  assert.deepEqual(rows, [{ [path]: { rank: 16 } }, { [path]: { rank: 32 } }]);
  // Shown before the host has answered, whatever else it tells of, and gone once it has said otherwise.
  assert.equal(await cell.textContent(), '32');
  await send(page, answer);
  await send(page, { ...answer, answered: 1 });
  await drawn(page);
  assert.equal(await cell.textContent(), '32');
  await send(page, { ...answer, answered: 2 });
  await page.locator('[role=gridcell]:focus', { hasText: /^8$/ }).waitFor();

  const box = (await cell.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y - 25, { steps: 4 });
  assert.equal(await cell.textContent(), '32');
  await page.keyboard.press('Escape');
  assert.equal(await cell.textContent(), '8');
  await page.mouse.up();
  assert.deepEqual(await changes(page), []);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y + 13, { steps: 4 });
  await page.mouse.up();
  assert.deepEqual(await changes(page), [
    { change: 'rows', label: 'rank of layer 2 o', rows: { [path]: { rank: 4 } } },
  ]);
  await send(page, { ...answer, answered: 3 });

  await page.keyboard.type('12');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate('document.activeElement.getAttribute("role")'), 'gridcell');
  await page.keyboard.press('Control+z');
  const [written, undone] = await changes(page);
  assert.ok(written?.change === 'rows' && written.rows[path]?.rank === 12);
  assert.deepEqual(undone, { change: 'undo' });
  await send(page, { ...answer, answered: 5 });
}

/** Selects by a drag, by heads and from the chart, and locks what is selected. */
export async function selectAndLock(page: Page): Promise<void> {
  await told(page);
  const selected = () => page.locator('[role=gridcell][aria-selected=true]').count();
  await cellAt(page, 5, 1).scrollIntoViewIfNeeded();
  const [from, to] = [(await cellAt(page, 0, 1).boundingBox())!, (await cellAt(page, 1, 2).boundingBox())!];
  await page.mouse.move(from.x + 5, from.y + 5);
  await page.mouse.down();
  await page.mouse.move(to.x + 5, to.y + 5, { steps: 4 });
  await page.mouse.up();
  assert.equal(await selected(), 4);
  await page.keyboard.press('l');
  const [locked] = await changes(page);
  assert.ok(locked?.change === 'rows' && locked.label === 'lock of 4 modules');
  assert.ok(Object.values(locked.rows).every((row) => row.locked === true));
  await page.locator('[role=columnheader]').nth(2).click();
  assert.equal(await selected(), 6);
  await page.locator('[role=columnheader]').first().click();
  assert.equal(await selected(), 24);
  await page.locator('canvas').scrollIntoViewIfNeeded();
  const chart = (await page.locator('canvas').boundingBox())!;
  await page.mouse.click(chart.x + chart.width - 40, chart.y + 150);
  assert.equal(await cellAt(page, 5, 0).getAttribute('aria-selected'), 'true');
  assert.equal(await selected(), 4);
  await page.evaluate('document.activeElement.blur()');
}

/** Allocates by another method and within another budget, and copies what comes of it in every form. */
export async function allocateAndCopy(page: Page): Promise<void> {
  await told(page);
  const method = page.locator('section.allocation vscode-dropdown');
  await method.click();
  await method.locator('vscode-option', { hasText: 'uniform' }).click();
  const layers = page.getByRole('textbox', { name: 'Layers' });
  await layers.fill('50%');
  await layers.press('Enter');
  const asked = await changes(page);
  assert.deepEqual(asked[0], { change: 'allocate', method: 'uniform' });
  assert.deepEqual(asked[1], {
    change: 'allocate',
    method: 'floe',
    budget: { layers: { share: 0.5 } },
  });
  for (const section of ['grid', 'layers']) {
    const opener = page.locator(`section.${section} .menu-box vscode-button`);
    for (const form of ['CSV', 'Markdown', 'LaTeX', 'PNG']) {
      await opener.focus();
      await page.keyboard.press('ArrowDown');
      await page.locator(`section.${section} .menu:visible li:focus`).waitFor();
      await page.locator(`section.${section} .menu li`, { hasText: form }).first().focus();
      await page.keyboard.press('Enter');
    }
  }
  const messages = await told(page);
  const texts = messages.flatMap((message) => (message.type === 'copy' ? [message] : []));
  assert.deepEqual(
    texts.map(({ what }) => what),
    ['the map', 'the layers'].flatMap((what) =>
      ['CSV', 'Markdown', 'LaTeX'].map((form) => `${what} as ${form}`),
    ),
  );
  assert.ok(texts.every(({ text }) => text.length > 50));
  const pictures = messages.flatMap((message) => (message.type === 'picture' ? [message] : []));
  assert.deepEqual(
    pictures.map(({ name }) => name),
    ['mail-map-rank.png', 'mail-layers.png'],
  );
  assert.ok(pictures.every(({ png }) => png.startsWith('data:image/png;base64,') && png.length > 5000));
  // The preview shows the pictures themselves: they are looked at as all others are.
  await page.evaluate(`(${showPictures})(${JSON.stringify(pictures.map(({ png }) => png))})`);
}

/** Run in the page: pictures are drawn on canvases, since the preview's policy allows no images. */
const showPictures = `async (pngs) => {
  for (const png of pngs) {
    const bytes = Uint8Array.from(atob(png.split(',')[1]), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.style.maxWidth = '100%';
    canvas.getContext('2d').drawImage(image, 0, 0);
    document.body.append(canvas);
  }
}`;
