import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readExperiment } from '../../../src/configs/experiment/parse';
import { runExperiment } from '../../../src/engine/runExperiment';
import type { RunWriter } from '../../../src/engine/runWriter';
import { readRunEvents, runFiles } from '../../../src/files/runs';
import { planFileSchema, type PlanFile } from '../../../src/shared/planFile';
import { runScoresSchema } from '../../../src/shared/scoreFile';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { experimentText, writeSmallExperiment } from './smallExperiment';
import { selfContainedPage } from './selfContained';

const never = new AbortController().signal;

describe('runExperiment', () => {
  const folder = temporaryFolder();
  let count = 0;
  before(() => openDevice('native', 1));

  interface Started {
    readonly file: string;
    readonly run: string;
    readonly start: (told?: (writer: RunWriter) => void) => Promise<RunWriter>;
  }
  async function prepared(text = experimentText): Promise<Started> {
    const file = await writeSmallExperiment(path.join(folder.path, `experiment ${count++}`), text);
    const run = path.join(path.dirname(file), 'run');
    const experiment = await readExperiment(file);
    const start: Started['start'] = (told = () => undefined) =>
      runExperiment(experiment, { run, device: 'auto', version: '0', processes: 0, told }, never);
    return { file, run, start };
  }
  const planIn = (run: string): PlanFile =>
    planFileSchema.parse(JSON.parse(readFileSync(path.join(run, runFiles.plan), 'utf8')));
  /** Runs `change` once, in the middle of scoring. */
  const whileScoring = (change: () => void) => {
    let done = false;
    return ({ last }: RunWriter): void => {
      if (done || last?.type !== 'scores') return;
      done = true;
      change();
    };
  };

  it('keeps the layer with the higher score and writes the plan behind an untouched text', async () => {
    const { file, run, start } = await prepared();
    const writer = await start();
    const plan = planIn(run);
    assert.deepEqual(writer.state.plan, plan);
    assert.equal(plan.method, 'floe');
    const layerSums = [0, 0];
    const scored = runScoresSchema.parse(JSON.parse(readFileSync(path.join(run, runFiles.scores), 'utf8')));
    for (const { modules } of scored.scores) {
      const total = modules.reduce((sum, { score }) => sum + score, 0);
      for (const { layer, score } of modules) layerSums[layer]! += score / total;
    }
    const best = layerSums[0]! > layerSums[1]! ? 0 : 1;
    const paths = ['self_attn.q_proj', 'mlp.down_proj'].map((name) => `model.layers.${best}.${name}`);
    assert.deepEqual(Object.keys(plan.plan.modules).sort(), paths.sort());
    const text = readFileSync(file, 'utf8');
    assert.ok(text.startsWith(experimentText), text);
    assert.deepEqual((await readExperiment(file)).plan, plan.plan);
    const events = await readRunEvents(run);
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'stage' ? [event.stage] : [])),
      ['load', 'probe', 'score', 'write', 'allocate'],
    );
    assert.deepEqual(writer.state.wrote, [
      'scores.json',
      'plan.json',
      'small.adapter.yaml',
      'report.md',
      'report.html',
    ]);
    assert.match(readFileSync(path.join(run, runFiles.report), 'utf8'), /## Plan/);
    assert.ok(selfContainedPage(run).includes(plan.summary));
  });

  it('writes the same plan again without changing a byte', async () => {
    const { file, run, start } = await prepared();
    await start();
    const text = readFileSync(file, 'utf8');
    rmSync(run, { recursive: true });
    await start();
    assert.equal(readFileSync(file, 'utf8'), text);
  });

  it('keeps an edit of the file that was made while the layers were scored', async () => {
    const { file, run, start } = await prepared();
    const edited = experimentText
      .replace('# Two tasks on a small Llama.', '# Edited while it ran.')
      .replace('rank: 2', 'rank: 16');
    await start(whileScoring(() => writeFileSync(file, edited)));
    const text = readFileSync(file, 'utf8');
    assert.ok(text.startsWith(edited), text);
    const rows = Object.values((await readExperiment(file)).plan!.modules);
    assert.ok(
      rows.length > 0 && rows.every(({ rank }) => rank === 2),
      'the plan is of the file that was run',
    );
    assert.deepEqual((await readExperiment(file)).plan, planIn(run).plan);
  });

  it('leaves a locked row as it is', async () => {
    const row = 'model.layers.0.self_attn.q_proj: { rank: 7, alpha: 9, experts: 1, locked: true } # mine';
    const locked = `${experimentText}plan:\n  modules:\n    ${row}\n`;
    const { file, start } = await prepared(locked);
    await start();
    assert.ok(readFileSync(file, 'utf8').includes(row));
  });

  it('fails where the file is no YAML any more, and keeps scores, plan and the file', async () => {
    const { file, run, start } = await prepared();
    const broken = 'version: [1\n';
    const running = start(whileScoring(() => writeFileSync(file, broken)));
    await rejectsWith(running, 'experiment-syntax', /The plan cannot be written/);
    assert.equal(readFileSync(file, 'utf8'), broken);
    assert.ok(Object.keys(planIn(run).plan.modules).length > 0);
    const last = (await readRunEvents(run)).at(-1);
    assert.ok(last?.type === 'finished' && last.state === 'failed');
  });

  it('fails with a word about the file where it was removed', async () => {
    const { file, start } = await prepared();
    await rejectsWith(start(whileScoring(() => rmSync(file))), 'experiment-missing', /small\.adapter\.yaml/);
  });

  for (const [what, budget, code] of [
    ['a budget that nothing fits into', 'parameters: 1', 'budget-too-small'],
    ['more layers than there are', 'layers: 25', 'option-invalid'],
  ] as const) {
    it(`says before scoring that there is ${what}`, async () => {
      const { file, run, start } = await prepared(experimentText.replace('layers: 50%', budget));
      await rejectsWith(start(), code);
      assert.ok(!existsSync(run));
      assert.ok(!readFileSync(file, 'utf8').includes('plan:'));
    });
  }

  it("writes which tensors Lily's modules share", async () => {
    const { file, run, start } = await prepared(experimentText.replace('method: floe', 'method: lily'));
    await start();
    const { plan } = planIn(run);
    assert.ok(plan.shared.some(({ tensor, count }) => tensor === 'B' && count === 2));
    assert.deepEqual((await readExperiment(file)).plan, plan);
  });

  it("lets a single task's samples vote for LoRA-SMoE", async () => {
    const single = experimentText.replace(/ {2}- name: second[^]*second\.jsonl\n/, '');
    const { run, start } = await prepared(single.replace('method: floe', 'method: lora-smoe'));
    await start();
    const rows = Object.values(planIn(run).plan.modules);
    assert.ok(rows.length > 0 && rows.every(({ experts }) => experts >= 1 && experts <= 4));
  });
});
