import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { runFiles } from '../../src/files/runs';
import { verdictSchema, type Verdict } from '../../src/shared/verdict';
import { verdictTag } from '../../src/shared/verdictWords';
import { seriousFindings } from '../harness/accessibility';
import type { Session } from '../harness/session';
import { SCREENSHOTS, type Workbench } from '../harness/workbench';
import { openWritten, fewTask } from './fewSamples';

const experiment = 'judged.adapter.yaml';
const text = `${fewTask}method: floe # keep the best layers
adapter: { targets: [q_proj, v_proj], rank: 4, alpha: 8, experts: 2 }
score: { samples: 24, max_length: 64 }
budget: { layers: 25% }
train: { epochs: 0.1, learning_rate: 5e-3, batch_size: 8, max_length: 64, evaluations: 1, seeds: [1, 2] }
judge: { controls: [uniform, random] }
`;

describe('a verdict in the window', function () {
  this.timeout(420_000);
  let session: Session;
  let wb: Workbench;
  let verdict: Verdict;
  const lens = (title: string | RegExp): Locator =>
    wb.page.locator('.codelens-decoration a', { hasText: title }).first();

  before(async function () {
    if (process.platform !== 'linux') this.skip();
    session = await openWritten(experiment, text);
    wb = session.workbench;
  });
  after(() => session?.stop());

  it('is the end of the whole experiment: scores, plan, trainings, and a sentence', async () => {
    await lens('Run Experiment').click();
    await lens(/Judging: training 1 of 6/).waitFor({ timeout: 120_000 });
    await wb.page
      .locator('#adapter-lab\\.adapter-lab\\.adapterLab', { hasText: /judging: training \d of 6/i })
      .waitFor();
    await wb.screenshot(join(SCREENSHOTS, 'judging.png'));
    const page = await wb.webview('section.actions');
    await page.getByText('Done', { exact: true }).first().waitFor({ timeout: 240_000 });
    const runs = join(session.folder, '.adapter-lab', 'runs');
    const run = readdirSync(runs).find((name) => name.endsWith('-judged-run'))!;
    verdict = verdictSchema.parse(JSON.parse(readFileSync(join(runs, run, runFiles.verdict), 'utf8')));
    assert.ok(verdict.isOver);
    await lens(new RegExp(verdictTag(verdict)!, 'i')).waitFor();
    assert.ok((await wb.text(experiment)).startsWith(text.trimEnd()));
    assert.match(await wb.text(experiment), /\nplan:\n/);
  });

  it('is opened from its lens: sentence, figure, answers and all numbers', async () => {
    await lens(new RegExp(verdictTag(verdict)!, 'i')).click();
    const page = await wb.webview('.verdict-tab');
    await page.getByText(verdict.words, { exact: true }).waitFor();
    for (const { words } of verdict.answers) await page.getByText(words, { exact: true }).waitFor();
    assert.equal(await page.locator('dl.answers dt').count(), 3);
    const rows = page.locator('section.verdict-numbers table').nth(1).locator('tbody tr');
    assert.equal(await rows.count(), 3);
    await page.locator('summary', { hasText: 'Values of each seed' }).click();
    assert.deepEqual(await seriousFindings(page), []);
    for (const theme of ['dark', 'light', 'high-contrast'] as const) {
      await wb.theme(theme);
      await wb.screenshot(join(SCREENSHOTS, `verdict-${theme}.png`));
    }
  });

  it('is still there when the window comes back, and goes into the commit', async () => {
    await wb.theme('dark');
    await wb.reload();
    const page = await wb.webview('.verdict-tab', 60_000);
    await page.getByText(verdict.words, { exact: true }).waitFor();
    await wb.open(experiment);
    await wb.begin('adapterLab.commitPlan');
    await wb.answerDialog('Commit the plan on main?', 'Commit');
    await wb.toast(/Committed the plan of judged\.adapter\.yaml/).waitFor({ timeout: 30_000 });
    const message = execFileSync('git', ['log', '-1', '--format=%(trailers:only)'], {
      cwd: session.folder,
      encoding: 'utf8',
    });
    assert.ok(message.includes(`Adapter-Lab-Verdict: ${verdict.words}`), message);
  });
});
