import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Locator } from 'playwright-core';
import { Session } from '../harness/session';
import { SCREENSHOTS, type Workbench } from '../harness/workbench';

const python = `from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("model")
config = LoraConfig(
    r=8,
    lora_alpha=16,
    target_modules=["q_proj", "v_proj"],
    rank_pattern={"k_prj": 4},
)
model = get_peft_model(model, config)
`;

describe("users' own config files", function () {
  this.timeout(240_000);
  let session: Session;
  let wb: Workbench;
  let workspace = '';
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: session.folder, encoding: 'utf8' });
  const lens = (title: string): Locator =>
    wb.page.locator('.codelens-decoration a', { hasText: title }).first();
  const text = (words: string | RegExp): Locator => wb.page.locator('.view-line').getByText(words).first();
  /** In dark and in light, whatever is open. */
  const pictures = async (name: string): Promise<void> => {
    await wb.screenshot(join(SCREENSHOTS, `configs-${name}-dark.png`));
    await wb.theme('light');
    await wb.screenshot(join(SCREENSHOTS, `configs-${name}-light.png`));
    await wb.theme('dark');
  };
  const codes = (file: string): Promise<string[]> =>
    wb.evaluate(
      (vscode, path) =>
        vscode.languages
          .getDiagnostics(vscode.Uri.file(path))
          .filter(({ source }) => source === 'Adapter Lab')
          .map(({ code }) => String(typeof code === 'object' ? code.value : code)),
      join(session.folder, file),
    );

  before(async () => {
    workspace = mkdtempSync(join(tmpdir(), 'adapter-lab-configs-'));
    cpSync(resolve(__dirname, '../../media/sample'), workspace, { recursive: true });
    writeFileSync(join(workspace, 'train.py'), python);
    const json = join(workspace, 'configs/adapter_config.json');
    writeFileSync(
      json,
      readFileSync(json, 'utf8').replace('"rank_pattern": {}', '"rank_pattern": { "q_prj": 4 }'),
    );
    session = await Session.start({ viewport: { width: 1500, height: 950 }, workspace });
    wb = session.workbench;
    await wb.exec('workbench.action.closeSidebar');
  });
  after(async () => {
    await session?.stop();
    rmSync(workspace, { recursive: true, force: true });
  });

  it('say what they come to on the model, in JSON, with lenses over them', async () => {
    await wb.open('configs/adapter_config.json');
    await lens('Score Layers…').waitFor({ timeout: 60_000 });
    await lens('More…').waitFor();
    await lens('rank 8 · change…').waitFor();
    await text(/trainable/).waitFor();
    await wb.until(async () => (await codes('configs/adapter_config.json')).includes('D1'), 'D1');
    await pictures('json');
  });

  it('have a mistake mended from the light bulb', async () => {
    const before = await wb.text('configs/adapter_config.json');
    const line = before.split('\n').findIndex((one) => one.includes('q_prj'));
    await wb.cursor(line + 1, before.split('\n')[line]!.indexOf('q_prj') + 2);
    await wb.exec('editor.action.quickFix');
    const menu = wb.page.locator('.action-widget');
    await menu
      .getByText(/q_proj/)
      .first()
      .waitFor();
    await pictures('quickfix');
    await wb.page.keyboard.press('Enter');
    await wb.until(
      async () => (await wb.text('configs/adapter_config.json')).includes('"q_proj": 4'),
      'the fix',
    );
    await wb.until(async () => !(await codes('configs/adapter_config.json')).includes('D1'), 'no D1');
    await wb.exec('workbench.action.files.save');
  });

  it('are read in Python', async () => {
    await wb.open('train.py');
    await lens('Score Layers…').waitFor();
    await text(/trainable/).waitFor();
    await wb.until(async () => (await codes('train.py')).includes('D1'), 'D1');
    await pictures('python');
  });

  it('get scores by an experiment of their own, asked for in one question', async () => {
    await wb.open('configs/axolotl.yml');
    await lens('Score Layers…').click();
    // Its columns answer the other questions.
    await wb.row('sentiment').click();
    const page = await wb.webview('section.plan, section.layers', 60_000);
    await page.getByText('Done', { exact: true }).first().waitFor({ timeout: 120_000 });
    assert.match(await wb.text('configs/axolotl.adapter.yaml'), /^target_config: axolotl\.yml$/m);
    await wb.exec('adapterLab.allocate');
    await wb.until(
      async () => (await wb.text('configs/axolotl.adapter.yaml')).includes('\nplan:'),
      'the plan',
    );
  });

  it('show what the plan changes before it is applied', async () => {
    await wb.exec('workbench.action.closeAllEditors');
    await wb.open('configs/axolotl.yml');
    const before = await wb.text('configs/axolotl.yml');
    await lens('Apply Plan…').click();
    await wb.page
      .locator('.monaco-dialog-box')
      .filter({ hasText: 'Apply the plan of axolotl.adapter.yaml to axolotl.yml?' })
      .waitFor({ timeout: 15_000 });
    await pictures('apply');
    await wb.answerDialog('Apply the plan of axolotl.adapter.yaml', 'Apply');
    await wb.until(async () => (await wb.text('configs/axolotl.yml')) !== before, 'the plan in the file');
    const after = await wb.text('configs/axolotl.yml');
    assert.ok(after.startsWith('# Axolotl: LoRA on the sample model.\nbase_model: ../model\n'));
    await lens('Apply Plan…').waitFor();
    await pictures('applied');
  });

  it('are committed with the plan that was applied to them', async () => {
    await wb.begin('adapterLab.commitPlan');
    await wb.page
      .locator('.monaco-dialog-box')
      .filter({ hasText: 'Commit the plan on main?' })
      .waitFor({ timeout: 15_000 });
    await pictures('commit');
    await wb.answerDialog('Commit the plan on main?', 'Commit');
    await wb.toast(/Committed the plan of axolotl\.adapter\.yaml/).waitFor({ timeout: 15_000 });
    assert.deepEqual(git('show', '--name-only', '--format=', 'HEAD').trim().split('\n').sort(), [
      'configs/axolotl.adapter.yaml',
      'configs/axolotl.provenance.json',
      'configs/axolotl.yml',
    ]);
  });

  it('get another rank from a list of what each costs', async () => {
    await wb.exec('workbench.action.closeAllEditors');
    await wb.open('configs/llama-factory.yaml');
    await lens('rank 8 · change…').click();
    await wb.row('16').waitFor();
    await pictures('ranks');
    await wb.row('16').click();
    await wb.until(
      async () => (await wb.text('configs/llama-factory.yaml')).includes('lora_rank: 16'),
      'the rank',
    );
  });
});
