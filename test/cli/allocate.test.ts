import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { planFileSchema, type PlanFile } from '../../src/shared/planFile';
import { runScoresSchema, scoreFileSchema, type ScoreFile } from '../../src/shared/scoreFile';
import { temporaryFolder } from '../unit/files/temporary';
import { adapterLab, failsWith } from './commandLine';
import { referenceModel, writeReferenceData } from './referenceData';

describe('adapter-lab allocate', () => {
  const folder = temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  let measured: ScoreFile;
  before(async () => {
    await writeReferenceData(at('data.jsonl'));
    const json = ['--json', at('one.json')];
    await adapterLab(['score', '--model', referenceModel, '--data', at('data.jsonl'), ...json]);
    measured = scoreFileSchema.parse(JSON.parse(readFileSync(at('one.json'), 'utf8')));
    // A second task that needs the last layer alone.
    const modules = measured.modules.map((module) => ({ ...module, score: module.layer === 2 ? 1 : 0 }));
    await writeFile(at('two.json'), JSON.stringify({ ...measured, task: 'other', modules }));
  });

  async function planFor(...args: string[]): Promise<PlanFile> {
    const { code, stdout, stderr } = await adapterLab(['allocate', ...args]);
    assert.equal(code, 0, stderr);
    const plan = planFileSchema.parse(JSON.parse(stdout));
    assert.equal(stderr, `${plan.summary}\n`);
    return plan;
  }
  const base = (): string[] => ['--scores', at('one.json'), '--method'];
  const layersOf = ({ plan }: PlanFile): number[] => [
    ...new Set(Object.keys(plan.modules).map((name) => Number(name.split('.')[2]))),
  ];

  it('keeps the best layers within a share or a number of them', async () => {
    const best = [...measured.layers].sort((a, b) => b.score - a.score);
    const one = await planFor(...base(), 'floe', '--budget', 'layers=1');
    assert.deepEqual(layersOf(one), [best[0]!.layer]);
    assert.equal(one.totals.layers, 1);
    const two = await planFor(...base(), 'floe', '--budget', 'layers=67%', '--rank', '4', '--alpha', '6');
    assert.deepEqual(
      layersOf(two),
      best
        .slice(0, 2)
        .map(({ layer }) => layer)
        .sort((a, b) => a - b),
    );
    assert.ok(Object.values(two.plan.modules).every(({ rank, alpha }) => rank === 4 && alpha === 6));
  });

  it('keeps every budget that is given', async () => {
    const experts = await planFor(...base(), 'proportional', '--budget', 'experts=9');
    assert.ok(experts.totals.experts <= 9 && experts.totals.experts > 0);
    const parameters = await planFor(...base(), 'uniform', '--budget', 'parameters=20k', '--rank', '2');
    assert.ok(parameters.totals.parameters <= 20_000 && parameters.totals.parameters > 0);
    const megabytes = await planFor(...base(), 'floe', '--budget', 'megabytes=0.05', '--rank', '2');
    assert.ok(megabytes.totals.parameters * 4 <= 50_000 && megabytes.totals.parameters > 0);
    const both = await planFor(...base(), 'floe', '--budget', 'layers=2', 'experts=7');
    assert.ok(both.totals.layers <= 2 && both.totals.experts <= 7);
  });

  it('takes scores of one’s own, and says what they lack', async () => {
    const lines = measured.modules.map(({ path: name, score }) => `${name}.weight,${score}`);
    await writeFile(at('own.csv'), ['path,score', ...lines, ''].join('\n'));
    const own = ['--scores', at('own.csv'), '--model', referenceModel];
    const rest = ['--method', 'proportional', '--budget', 'experts=9'];
    const [from, theirs] = [await planFor(...own, ...rest), await planFor(...base(), ...rest.slice(1))];
    assert.deepEqual(from.plan, theirs.plan);
    await writeFile(at('some.csv'), lines.slice(1).join('\n'));
    const some = ['allocate', '--scores', at('some.csv'), '--model', referenceModel, ...rest];
    const { code, stderr } = await adapterLab(some);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^some\.csv: 1 of \d+ modules have no score and count as 0: model\./);
    await failsWith(['allocate', '--scores', at('some.csv'), ...rest], 'option-invalid', /shape of/);
    await writeFile(at('wrong.csv'), 'model.layers.0.self_attn.q_prj,1');
    const wrong = some.map((word) => (word === at('some.csv') ? at('wrong.csv') : word));
    await failsWith(
      wrong,
      'scores-invalid',
      /wrong\.csv:1 .*nearest is model\.layers\.0\.self_attn\.q_proj\.$/,
    );
  });

  it('takes every method, with its options', async () => {
    const all = ['--budget', 'layers=100%'];
    const both = ['--scores', at('one.json'), at('two.json'), '--method'];
    const votes = await planFor(...both, 'lora-smoe', ...all, '--quantile', '0.5', '--grouping', 'pooled');
    assert.ok(
      votes.totals.experts > 0 && Object.values(votes.plan.modules).every(({ experts }) => experts <= 2),
    );
    const lily = await planFor(...base(), 'lily', ...all, '--stride-a', '3', '--num-b', '4');
    assert.ok(lily.plan.shared.some(({ tensor, members }) => tensor === 'A' && members.length === 3));
    assert.ok(lily.plan.shared.every(({ tensor, count }) => count === (tensor === 'A' ? 1 : 4)));
    const linear = await planFor(...base(), 'depth-linear', ...all, '--rank', '4');
    assert.deepEqual([...new Set(Object.values(linear.plan.modules).map(({ rank }) => rank))], [2, 4, 6]);
    const groups = await planFor(...base(), 'depth-groups', ...all);
    assert.equal(groups.totals.experts, 4 * measured.modules.length);
    const bounds = ['--min-experts', '1', '--max-experts', '5'];
    const bounded = await planFor(...base(), 'proportional', ...all, ...bounds);
    assert.ok(Object.values(bounded.plan.modules).every(({ experts }) => experts >= 1 && experts <= 5));
    const modules = measured.modules.map((module, index) => ({
      ...module,
      components: Array.from({ length: 8 }, (_, place) => 1 / (2 + index + place)),
    }));
    await writeFile(at('explained.json'), JSON.stringify({ ...measured, modules }));
    const eva = await planFor('--scores', at('explained.json'), '--method', 'eva', ...all, '--rank', '4');
    const ranks = Object.values(eva.plan.modules).map(({ rank }) => rank);
    assert.equal(
      ranks.reduce((sum, rank) => sum + rank, 0),
      4 * measured.modules.length,
    );
  });

  it('adapts only the modules that are named', async () => {
    const targets = ['--targets', 'q_proj', 'down_proj'];
    const plan = await planFor(...base(), 'uniform', '--budget', 'layers=100%', ...targets);
    assert.equal(plan.totals.modules, 6);
    assert.ok(Object.keys(plan.plan.modules).every((name) => /\.(q_proj|down_proj)$/.test(name)));
  });

  it('joins several tasks, from files or from a run', async () => {
    const both = ['--scores', at('one.json'), at('two.json'), '--method', 'floe', '--budget', 'layers=1'];
    const joined = await planFor(...both);
    assert.deepEqual(layersOf(joined), [2]);
    const two = scoreFileSchema.parse(JSON.parse(readFileSync(at('two.json'), 'utf8')));
    const run = runScoresSchema.parse({ version: 1, scores: [measured, two] });
    await writeFile(at('scores.json'), JSON.stringify(run));
    const args = ['--scores', at('scores.json'), '--method', 'floe', '--budget', 'layers=1'];
    assert.deepEqual(await planFor(...args), joined);
  });

  it('writes the plan to a file where asked, and nothing on output', async () => {
    const json = ['--json', at('plan.json')];
    const args = ['allocate', ...base(), 'floe', '--budget', 'layers=1', ...json];
    const { code, stdout, stderr } = await adapterLab(args);
    assert.equal(code, 0);
    assert.equal(stdout, '');
    const plan = planFileSchema.parse(JSON.parse(readFileSync(at('plan.json'), 'utf8')));
    assert.equal(stderr, `Wrote ${at('plan.json')}\n${plan.summary}\n`);
  });

  it('refuses what it cannot read or do', async () => {
    const allocate = (scores: string, method: string, ...budget: string[]): string[] => [
      'allocate',
      '--scores',
      scores,
      '--method',
      method,
      '--budget',
      ...budget,
    ];
    const one = at('one.json');
    await failsWith(allocate(at('no.json'), 'floe', 'layers=1'), 'scores-invalid', /no\.json does not exist/);
    await failsWith(allocate(at('data.jsonl'), 'floe', 'layers=1'), 'scores-invalid', /data\.jsonl/);
    await writeFile(at('wrong.json'), JSON.stringify({ ...measured, modules: [] }));
    await failsWith(allocate(at('wrong.json'), 'floe', 'layers=1'), 'scores-invalid', /wrong\.json/);
    await failsWith(allocate(one, 'lora-smoe', 'layers=1'), 'method-unavailable', /needs several tasks/);
    await failsWith(allocate(one, 'eva', 'layers=1'), 'method-unavailable', /components/);
    const quantile = [...allocate(one, 'lora-smoe', 'layers=1'), '--quantile', '2'];
    await failsWith(quantile, 'option-invalid', /--quantile/);
    await failsWith(allocate(one, 'floe', 'parameters=1'), 'budget-too-small', /./);
    for (const budget of ['layers=0', 'layers=150%', 'experts=', 'money=3', 'layers']) {
      await failsWith(allocate(one, 'floe', budget), 'option-invalid', /--budget/);
    }
  });
});
