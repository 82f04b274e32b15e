import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import type { Session } from '../harness/session';
import { SCREENSHOTS, type Workbench } from '../harness/workbench';
import { openWritten } from './fewSamples';

const experiment = 'train.adapter.yaml';
/** One task and one seed of the sample, with steps enough to stop in between. */
const text = `version: 1
model: model
tasks:
  - name: spam
    kind: classification
    train: data/spam.train.jsonl
    validation: data/spam.validation.jsonl
    prompt: "{text}\\nThis mail is:"
method: lora
adapter: { targets: [q_proj, v_proj, down_proj], rank: 4, alpha: 8 }
train: { epochs: 1, learning_rate: 5e-3, batch_size: 8, max_length: 96, seeds: [1] }
`;

describe('a training in the window', function () {
  this.timeout(300_000);
  let session: Session;
  let wb: Workbench;
  let run = '';
  const lens = (title: string | RegExp): Locator =>
    wb.page.locator('.codelens-decoration a', { hasText: title }).first();
  const lossInLens = async (): Promise<number> =>
    Number(/loss ([\d.]+)/.exec((await lens(/Training \d+ %, loss/).textContent()) ?? '')?.[1]);
  /** Processes of the engine that train, by what they were started with. */
  const trainers = (): number[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((name) => {
        try {
          const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
          return args.includes('--train') && args.some((arg) => arg.endsWith('worker.js'));
        } catch {
          return false;
        }
      })
      .map(Number);
  const events = (): string => readFileSync(join(run, 'events.jsonl'), 'utf8');

  before(async function () {
    if (process.platform !== 'linux') this.skip();
    session = await openWritten(experiment, text);
    wb = session.workbench;
  });
  after(() => session?.stop());

  it('starts from the lens, and the loss falls in the lens and on the page', async () => {
    await lens('Train').click();
    const page = await wb.webview('section.training', 60_000);
    await page.locator('section.training canvas[aria-label^="Loss"]').waitFor();
    await lens(/Training \d+ %, loss/).waitFor({ timeout: 120_000 });
    const first = await lossInLens();
    await wb.until(async () => (await lossInLens()) < first / 2, 'a lower loss', 120_000);
    await wb.screenshot(join(SCREENSHOTS, 'training.png'));
    const runs = join(session.folder, '.adapter-lab', 'runs');
    run = join(runs, readdirSync(runs).find((name) => name.endsWith('-train-train')) ?? '');
  });

  it('says that the process was killed, and offers to go on', async () => {
    const [pid, ...more] = trainers();
    assert.ok(pid !== undefined && more.length === 0);
    process.kill(pid, 'SIGKILL');
    await wb.toast(/training process was killed/).waitFor({ timeout: 30_000 });
    await wb.exec('notifications.clearAll');
    const page = await wb.webview('section.actions');
    await page.locator('vscode-button', { hasText: 'Resume' }).waitFor();
    assert.match(events(), /"type":"finished","state":"failed"/);
    await wb.screenshot(join(SCREENSHOTS, 'training-killed.png'));
  });

  it('goes on to the end, and stops where it is told to', async () => {
    const page = await wb.webview('section.actions');
    await page.locator('vscode-button', { hasText: 'Resume' }).click();
    await lens(/Training \d+ %, loss/).waitFor({ timeout: 60_000 });
    await lens('Stop').click();
    await page.getByText('Stopped', { exact: true }).first().waitFor({ timeout: 30_000 });
    assert.deepEqual(trainers(), []);
    await wb.command('Adapter Lab: Resume');
    await page.getByText('Done', { exact: true }).first().waitFor({ timeout: 180_000 });
    await page.locator('section.training td', { hasText: '%' }).first().waitFor();
    assert.deepEqual(readdirSync(join(run, 'adapters', 'seed-1')).sort(), [
      'adapter_config.json',
      'adapter_model.safetensors',
    ]);
    await wb.screenshot(join(SCREENSHOTS, 'trained.png'));
  });
});
