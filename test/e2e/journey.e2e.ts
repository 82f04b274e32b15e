import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { Session } from '../harness/session';
import { SCREENSHOTS, type Workbench } from '../harness/workbench';

const experiment = 'quickstart.adapter.yaml';
const scoring = 180_000;

describe('from the sample to a commit', function () {
  this.timeout(300_000);
  let session: Session;
  let wb: Workbench;
  let original = '';
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: session.folder, encoding: 'utf8' });
  const lens = (title: string): Locator =>
    wb.page.locator('.codelens-decoration a', { hasText: title }).first();
  const status = (): Locator => wb.page.locator('#adapter-lab\\.adapter-lab\\.adapterLab');
  const enginePid = (): Promise<number | undefined> =>
    wb.evaluate((vscode) => {
      const { exports } = vscode.extensions.getExtension('adapter-lab.adapter-lab')!;
      return (exports as { enginePid?: number }).enginePid;
    });

  before(async () => {
    session = await Session.start({ viewport: { width: 1500, height: 950 } });
    wb = session.workbench;
    original = readFileSync(join(session.folder, experiment), 'utf8');
    await wb.active('adapter-lab.adapter-lab');
    await wb.open(experiment);
  });
  after(() => session.stop());

  it('starts nothing until it is asked to', async () => {
    await lens('Score Layers').waitFor();
    assert.equal(await enginePid(), undefined);
    await status().waitFor();
  });

  it('scores the layers from the lens, with bars on a page beside the text and progress in three places', async () => {
    await lens('Score Layers').click();
    const page = await wb.webview('section.progress');
    await page.locator('.bars li').first().waitFor();
    await lens('Scoring').waitFor();
    await page.locator('[role=gridcell]').first().waitFor({ timeout: 60_000 });
    await status()
      .filter({ hasText: /scoring \d+ %/ })
      .waitFor({ timeout: 60_000 });
    await page.locator('section.layers canvas').first().waitFor();
    await page.getByText('Done', { exact: true }).first().waitFor({ timeout: scoring });
    await status().filter({ hasText: 'GFLOP/s' }).waitFor();
    await lens('Score Layers').waitFor();
  });

  it('allocates from the lens: the plan stands below the comments, with what each row scored', async () => {
    await lens('Allocate').click();
    await wb.until(async () => (await wb.text(experiment)).includes('\nplan:'), 'the plan');
    const text = await wb.text(experiment);
    assert.ok(text.startsWith(original.trimEnd()));
    const onDisk = (): string => readFileSync(join(session.folder, experiment), 'utf8');
    await wb.until(() => Promise.resolve(onDisk() === text), 'the plan on disk');
    const page = await wb.webview('section.plan');
    await page
      .getByText(/^Kept layers? /)
      .first()
      .waitFor();
    const method = page.locator('.allocation vscode-dropdown').first();
    await wb.until(
      async () => (await method.evaluate((one: { displayValue?: string }) => one.displayValue)) === 'floe',
      'the method that it was allocated by',
    );
    // The rows are wide.
    await wb.exec('workbench.action.closeSidebar');
    await wb.resize({ width: 1900, height: 950 });
    await wb.page
      .getByText(/%\sof\sscore/)
      .first()
      .waitFor();
  });

  it('opens the report from the page', async () => {
    const page = await wb.webview('section.plan');
    await page.getByText('Open Report', { exact: true }).click();
    await wb.page.locator('.tab', { hasText: 'Preview report.md' }).first().waitFor();
    await wb.exec('workbench.action.closeActiveEditor');
  });

  it('opens the report as a page of its own, in the colors of the theme, which the browser can have', async () => {
    const page = await wb.webview('section.plan');
    await page.locator('vscode-button', { hasText: 'Open Report as Page' }).click();
    const report = await wb.webview('main figure svg[aria-labelledby^=map]');
    assert.equal(await report.locator('script:not([id^=_])').count(), 0);
    // Without the types of a page, which the tests do not have.
    const paper = await report.evaluate<string[]>(
      '[document.body.className, getComputedStyle(document.body).backgroundColor]',
    );
    assert.match(paper[0] ?? '', /vscode-(?:dark|light)/);
    // A theme's own paper, not that of a browser.
    if (/vscode-dark/.test(paper[0] ?? '')) assert.notEqual(paper[1], 'rgb(255, 255, 255)');
    await wb.page.locator('.tab', { hasText: 'Report: quickstart' }).first().waitFor();
    await wb.page
      .locator('.editor-actions .action-label[aria-label^="Open Report in Browser"]')
      .first()
      .waitFor();
    await wb.screenshot(join(SCREENSHOTS, 'report-page.png'));
    await wb.exec('workbench.action.closeActiveEditor');
  });

  it('commits the plan from the page, after a look at the difference, and nothing else', async () => {
    execFileSync('git', ['config', 'core.autocrlf', 'false'], { cwd: session.folder });
    execFileSync('sh', ['-c', 'echo mine > mine.txt && git add mine.txt'], { cwd: session.folder });
    const page = await wb.webview('section.actions');
    await page.locator('vscode-button:visible', { hasText: 'Commit Plan' }).click();
    await wb.page
      .locator('.monaco-dialog-box')
      .filter({ hasText: 'Commit the plan on main?' })
      .waitFor({ timeout: 15_000 });
    await wb.page.locator('.tab', { hasText: 'HEAD ↔ Working Tree' }).first().waitFor();
    await wb.answerDialog('Commit the plan on main?', 'Commit');
    await wb
      .toast(/Committed the plan of quickstart\.adapter\.yaml as [0-9a-f]{8}/)
      .waitFor({ timeout: 15_000 });
    assert.match(
      git('log', '-1', '--format=%B'),
      /^Allocate adapters with floe: .*\n[^]*^Adapter-Lab-Run: \d+-\d+-quickstart-score$/m,
    );
    assert.deepEqual(git('show', '--name-only', '--format=', 'HEAD').trim().split('\n').sort(), [
      experiment,
      'quickstart.provenance.json',
    ]);
    assert.equal(git('status', '--porcelain', '--', 'mine.txt').trim(), 'A  mine.txt');
    assert.ok(existsSync(join(session.folder, 'quickstart.provenance.json')));
  });

  it('brings the page back after a reload, and has ended the engine with the window', async () => {
    const pid = await enginePid();
    assert.ok(pid !== undefined);
    await wb.reload();
    await wb.active('adapter-lab.adapter-lab');
    const page = await wb.webview('section.plan', 60_000);
    await page
      .getByText(/^Kept layers? /)
      .first()
      .waitFor();
    assert.equal(await enginePid(), undefined);
    await wb.until(() => Promise.resolve(!isAlive(pid)), 'the end of the engine', 20_000);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
