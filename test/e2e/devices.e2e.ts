import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { Session } from '../harness/session';
import { SCREENSHOTS, type Workbench } from '../harness/workbench';

describe('what computes, as a user finds out', function () {
  this.timeout(180_000);
  let session: Session;
  let wb: Workbench;

  before(async () => {
    session = await Session.start({ viewport: { width: 1300, height: 800 } });
    wb = session.workbench;
    await wb.open('quickstart.adapter.yaml');
  });
  after(() => session.stop());

  /** A choice by its first words: as a screen reader says it, the name of an icon stands before most. */
  const row = (name: string): Locator =>
    wb.page.getByRole('option', {
      name: new RegExp(`^([a-z-]+\\s+)?${name.replace(/[()]/g, '\\$&')},`),
    });

  it('Select Device lists each device with its speed, or the reason and the fix', async () => {
    await wb.command('Adapter Lab: Select Device');
    await row('native').filter({ hasText: 'GFLOP/s' }).waitFor({ timeout: 60_000 });
    for (const device of ['auto', 'tensorflow', 'webgpu', 'wasm']) await row(device).waitFor();
    await wb.screenshot(join(SCREENSHOTS, 'select-device.png'));
    const refused = row('tensorflow');
    if ((await refused.innerText()).includes('refused')) {
      await refused.click();
      // The sentence is longer than a row.
      await wb.toast(/tensorflow: .*Install GPU Runtime/).waitFor();
      await wb.screenshot(join(SCREENSHOTS, 'device-refused.png'));
    } else {
      await wb.page.keyboard.press('Escape');
    }
    await wb.exec('notifications.clearAll');
  });

  it('Install GPU Runtime says what would be fetched, how it is checked and where it goes, and fetches nothing unasked', async () => {
    await wb.command('Adapter Lab: Install GPU Runtime');
    for (const title of ['TensorFlow with CUDA 11.2', 'ONNX Runtime']) await row(title).waitFor();
    // The package for this platform brings it.
    await row('WebGPU (Dawn)').filter({ hasText: 'not needed' }).waitFor();
    await wb.screenshot(join(SCREENSHOTS, 'gpu-runtimes.png'));
    await row('TensorFlow with CUDA 11.2').click();
    const dialog = wb.page.locator('.monaco-dialog-box');
    await dialog.getByText('Install TensorFlow with CUDA 11.2?').waitFor();
    const words = await dialog.innerText();
    await wb.screenshot(join(SCREENSHOTS, 'install-gpu-runtime.png'));
    assert.match(words, /SHA-512/);
    await wb.answerDialog('Install TensorFlow with CUDA 11.2?', 'Cancel');
    await dialog.waitFor({ state: 'detached' });
  });
});
