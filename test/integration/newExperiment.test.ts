import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { experimentFindings } from '../../src/cli/check/experimentFindings';
import type { StepItem } from '../../src/extension/dialogs';
import { rawSafetensors } from '../unit/files/rawSafetensors';
import { answer, closeAll, folder, lab, type TestApi } from './lab';

/** What a question is answered with: a row by its label, a line, a way back, or nothing at all. */
type Given = string | { readonly line: string } | 'back' | undefined;

describe('New Experiment', function () {
  this.timeout(120_000);
  let api: TestApi;
  const inLab = (name: string): string => join(folder(), 'fresh', name);

  before(async () => {
    api = await lab();
    // Models most often lie where git does not look.
    mkdirSync(inLab('models'), { recursive: true });
    writeFileSync(inLab('.gitignore'), 'models/\n');
    cpSync(join(folder(), 'model'), inLab('models/tiny'), { recursive: true });
    const dir = inLab('models/tiny-fp8');
    mkdirSync(dir, { recursive: true });
    const config = JSON.parse(readFileSync(join(folder(), 'model/config.json'), 'utf8')) as object;
    writeFileSync(
      join(dir, 'config.json'),
      JSON.stringify({ ...config, quantization_config: { quant_method: 'fp8' } }),
    );
    const weight = {
      name: 'model.layers.0.self_attn.q_proj.weight',
      dtype: 'F8_E4M3',
      shape: [8, 8],
    } as const;
    writeFileSync(join(dir, 'model.safetensors'), rawSafetensors([weight]));
    mkdirSync(inLab('qa'), { recursive: true });
    const rows = (count: number): string =>
      Array.from({ length: count }, (_, n) => `${n},"what is ${n}?","the number ${n}",${n % 2}`).join('\n');
    writeFileSync(inLab('qa/train.csv'), `id,question,answer,hard\n${rows(40)}\n`);
    writeFileSync(inLab('qa/dev.csv'), `id,question,answer,hard\n${rows(4)}\n`);
    writeFileSync(inLab('qa/broken.jsonl'), 'no\n');
  });
  afterEach(async () => {
    answer(api, {});
    await closeAll();
  });

  /** Runs the command with answers in turn; what was asked and what could be chosen is kept. */
  async function run(answers: readonly Given[]) {
    const asked: { head: string; placeHolder: string; items: readonly StepItem[] }[] = [];
    const left = [...answers];
    const refusals: (string | undefined)[] = [];
    answer(api, {
      step: async (items, { title, step, totalSteps, canGoBack, placeHolder = '', many }) => {
        const found = await items;
        const head = `${title} ${step}/${totalSteps}${canGoBack ? ' back' : ''}${many ? ' many' : ''}`;
        asked.push({ head, placeHolder, items: found });
        const given = left.shift();
        if (given === undefined || given === 'back') return given;
        const labels = String(given).split(' & ');
        const picked = found.filter(({ label }) => labels.includes(label));
        assert.equal(
          picked.length,
          labels.length,
          `${String(given)} of ${found.map(({ label }) => label).join('; ')}`,
        );
        return picked;
      },
      line: async ({ title, step, totalSteps, value, validate }) => {
        asked.push({ head: `${title} ${step}/${totalSteps}`, placeHolder: value, items: [] });
        const given = left.shift();
        if (given === undefined || given === 'back') return given;
        assert.ok(typeof given === 'object');
        refusals.push(await validate(given.line));
        return given.line;
      },
    });
    const made = await vscode.commands.executeCommand<vscode.Uri | undefined>('adapterLab.newExperiment');
    return { made, asked, refusals, left };
  }

  const whole: readonly Given[] = [
    'fresh/models/tiny',
    'spam',
    'FLoE',
    '50 % of the layers',
    { line: 'fresh/own' },
  ];

  it('writes an experiment of the answers that passes the check, and opens it', async () => {
    const { made, asked, refusals, left } = await run(whole);
    assert.ok(made, api.testing.lastError()?.message);
    assert.equal(made.fsPath, inLab('own.adapter.yaml'));
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, made.fsPath);
    assert.deepEqual([left, refusals], [[], [undefined]]);
    const text = readFileSync(made.fsPath, 'utf8');
    assert.deepEqual(await experimentFindings(text, made.fsPath), []);
    assert.match(text, /^model: models\/tiny # a Hugging Face folder$/m);
    assert.match(text, /^ {4}train: \.\.\/data\/spam\.train\.jsonl # about /m);
    assert.match(text, /targets: \[q_proj, v_proj, down_proj\]/);
    // Columns are plain, so they are not asked for; the next question says what they are.
    assert.deepEqual(
      asked.map(({ head }) => head),
      ['1/5', '2/5 back', '3/5 back', '4/5 back', '5/5'].map((place) => `New Experiment ${place}`),
    );
    assert.match(asked[2]?.placeHolder ?? '', /^It reads text, learns label\. Method/);
    assert.equal(asked.at(-1)?.placeHolder, 'spam.adapter.yaml');
  });

  it('lists models and data with what they hold, and what cannot be used with the reason', async () => {
    const { made, asked } = await run(['fresh/models/tiny', undefined]);
    assert.equal(made, undefined);
    const [models, data] = asked.map(({ items }) => items);
    const model = models?.find(({ label }) => label === 'fresh/models/tiny');
    assert.match(model?.detail ?? '', /^LlamaForCausalLM, 8 layers, [\d.]+ M parameters$/);
    const refused = models?.find(({ label }) => label.endsWith('fresh/models/tiny-fp8'));
    assert.match(refused?.refused ?? '', /is quantized \(FP8, 8 bits\)/);
    const qa = data?.find(({ label }) => label === 'qa');
    assert.deepEqual(
      [qa?.description, qa?.detail],
      ['fresh/qa/train.csv, dev.csv', '40 rows: id, question, answer, hard (0, 1)'],
    );
    assert.match(
      data?.find(({ label }) => label.endsWith('broken'))?.refused ?? '',
      /does not begin with a JSON/,
    );
    // Settings of programs are no data, and runs are none either.
    const named = (data ?? []).map(({ description }) => description ?? '').join('\n');
    assert.doesNotMatch(named, /config\.json|tokenizer|events\.jsonl/);
  });

  it('asks for columns that are not plain, and goes back as far as one likes', async () => {
    const { made, asked } = await run([
      ...['fresh/models/tiny', 'qa', 'question', 'back', 'back', 'qa', 'question', 'answer'],
      ...['LoRA', '$(edit) Another Limit…', { line: '20k' }, { line: 'fresh/qa/ask.yaml' }],
    ]);
    assert.ok(made, api.testing.lastError()?.message);
    const text = readFileSync(made.fsPath, 'utf8');
    assert.equal(made.fsPath, inLab('qa/ask.adapter.yaml'));
    assert.deepEqual(await experimentFindings(text, made.fsPath), []);
    assert.match(text, /^ {4}kind: causal-lm # the loss is on what follows the prompt$/m);
    assert.match(text, /^ {4}validation: dev\.csv$/m);
    assert.match(text, /^ {4}text: answer\n {4}prompt: "\{question\}\\n"$/m);
    assert.match(text, /^method: lora/m);
    assert.match(text, /^budget: \{ parameters: 20k \}/m);
    const heads = asked.map(({ head }) => head.replace('New Experiment ', ''));
    assert.deepEqual(heads.slice(1, 8), [
      ...['2/5 back', '3/7 back', '4/7 back', '3/7 back', '2/5 back', '3/7 back', '4/7 back'],
    ]);
    // A column of classes would make it a classification.
    const gives = asked[3]?.items.find(({ label }) => label === 'hard');
    assert.deepEqual(
      [gives?.description, gives?.detail],
      ['classes: 0, 1', 'classification: the loss is on the label'],
    );
  });

  it('makes a task of each of several data sets', async () => {
    const several = ['fresh/models/tiny', '$(checklist) Several Tasks…', 'spam & sentiment'];
    const { made, asked } = await run([...several, 'LoRA-SMoE', 'All layers', { line: 'fresh/several' }]);
    assert.ok(made, api.testing.lastError()?.message);
    assert.equal(asked[2]?.head, 'New Experiment 2/5 back many');
    assert.equal(asked[3]?.items[0]?.label, 'LoRA-SMoE', 'several tasks can vote');
    const text = readFileSync(made.fsPath, 'utf8');
    assert.deepEqual(await experimentFindings(text, made.fsPath), []);
    assert.deepEqual(text.match(/^ {2}- name: \w+$/gm), ['  - name: sentiment', '  - name: spam']);
  });

  it('never takes a name that is taken, or a place outside of the folder', async () => {
    writeFileSync(inLab('taken.adapter.yaml'), 'mine\n');
    const wrong = async (line: string): Promise<string | undefined> =>
      (await run([...whole.slice(0, 4), { line }])).refusals[0];
    assert.match((await wrong('fresh/taken')) ?? '', /is there already/);
    assert.match((await wrong(' ')) ?? '', /name/);
    assert.match((await wrong('../elsewhere')) ?? '', /outside/);
    assert.equal(readFileSync(inLab('taken.adapter.yaml'), 'utf8'), 'mine\n');
    // Nor one that is taken between the answer and the writing: the seam here goes on in spite of what is wrong.
    await run([...whole.slice(0, 4), { line: 'fresh/taken' }]);
    assert.equal(api.testing.lastError()?.code, 'not-writable');
  });

  it('leaves nothing where it is given up, whatever was answered before', async () => {
    const all = (): string[] => readdirSync(folder(), { recursive: true, encoding: 'utf8' }).sort();
    const before = all();
    for (let count = 0; count < whole.length; count++) {
      const { made } = await run([...whole.slice(0, count), undefined]);
      assert.equal(made, undefined);
    }
    assert.deepEqual(all(), before);
  });

  it('takes a model and data from elsewhere, and says why not', async () => {
    const picks = [join(folder(), 'data'), inLab('models/tiny')];
    const scripted = ['$(folder-opened) Browse…', '$(folder-opened) Browse…', '$(folder-opened) Browse…'];
    const asked: string[] = [];
    answer(api, {
      folder: () => Promise.resolve(vscode.Uri.file(picks.shift()!)),
      file: () => Promise.resolve(vscode.Uri.file(inLab('qa/broken.jsonl'))),
      step: async (items, { placeHolder = '' }) => {
        asked.push(placeHolder);
        const label = scripted.shift();
        return label === undefined ? undefined : (await items).filter((item) => item.label === label);
      },
    });
    assert.equal(await vscode.commands.executeCommand('adapterLab.newExperiment'), undefined);
    assert.match(asked[1] ?? '', /^data is no model/);
    assert.match(asked[3] ?? '', /broken\.jsonl does not begin/);
  });
});

describe('Open Sample', function () {
  this.timeout(60_000);

  it('copies the sample, remembers what the next window shows, and never writes over a copy', async () => {
    const api = await lab();
    // Not in the workspace, whose experiments other tests count.
    const parent = mkdtempSync(join(tmpdir(), 'adapter-lab-samples-'));
    const opened: string[] = [];
    answer(api, {
      pick: async (items) => (await items).find(({ label }) => label.includes('Pick a Folder')),
      folder: () => Promise.resolve(vscode.Uri.file(parent)),
      open: ({ fsPath }) => Promise.resolve(void opened.push(fsPath)),
    });
    const open = (): Thenable<vscode.Uri | undefined> =>
      vscode.commands.executeCommand('adapterLab.openSample');
    const first = await open();
    assert.equal(first?.fsPath, join(parent, 'adapter-lab-sample'), api.testing.lastError()?.message);
    const experiment = join(first.fsPath, 'quickstart.adapter.yaml');
    assert.equal(
      readFileSync(experiment, 'utf8'),
      readFileSync(join(folder(), 'quickstart.adapter.yaml'), 'utf8'),
    );
    assert.ok(existsSync(join(first.fsPath, '.gitignore')));
    writeFileSync(experiment, 'mine\n');
    const second = await open();
    assert.equal(second?.fsPath, join(parent, 'adapter-lab-sample-2'));
    assert.equal(readFileSync(experiment, 'utf8'), 'mine\n');
    assert.deepEqual(opened, [first.fsPath, second.fsPath]);
    rmSync(parent, { recursive: true });
  });
});
