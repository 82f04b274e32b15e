import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { experimentAt, studySettings } from '../../../../src/engine/search/searchSpace';
import { searchExperiment } from '../../../../src/engine/searchExperiment';
import { runFiles } from '../../../../src/files/runs';
import { planParameters } from '../../../../src/planning/parameters';
import { candidatesOf as candidatesIn } from '../../../../src/search/space';
import { runScoresSchema, type ScoreFile } from '../../../../src/shared/scoreFile';
import { smallSearches, textOf, usual } from '../smallSearches';

describe('the space of a rank search', () => {
  const { experiment, options } = smallSearches();
  let scores: readonly ScoreFile[];
  before(async () => {
    const at = options();
    await searchExperiment(
      await experiment(textOf(usual.replace('evaluations: 5', 'evaluations: 1'))),
      at,
      new AbortController().signal,
    );
    scores = runScoresSchema.parse(
      JSON.parse(readFileSync(path.join(at.run, runFiles.scores), 'utf8')),
    ).scores;
  });
  const settingsOf = async (more: string, method?: string) =>
    studySettings(await experiment(textOf(more, method)), scores);
  const candidatesOf = async (more: string, method?: string) =>
    (await settingsOf(more, method)).space.dimensions.map(({ name, candidates }) => [name, candidates]);

  it('has ranks, layers within the budget, and experts where they are named', async () => {
    assert.deepEqual(await candidatesOf(usual), [
      ['rank', [1, 2, 4, 8]],
      ['layers', [0.5, 1]],
    ]);
    assert.deepEqual(await candidatesOf(`${usual}\nbudget: { layers: 50% }`), [
      ['rank', [1, 2, 4, 8]],
      ['layers', [0.5]],
    ]);
    assert.deepEqual(
      await candidatesOf(
        'search: { ranks: [4, 2, 2], experts: [2, 1], evaluations: 2 }\nbudget: { layers: 1 }',
      ),
      [
        ['rank', [2, 4]],
        ['experts', [1, 2]],
        ['layers', [0.25, 0.5]],
      ],
    );
    assert.deepEqual(await candidatesOf(usual, 'lily'), [['rank', [1, 2, 4, 8]]]);
  });

  it('ranks attention and mlp apart where it is asked to, within the budget', async () => {
    const apart = 'search: { ranks: [2, 4], mlp_ranks: [1, 8], layers: [50%], evaluations: 2 }';
    assert.deepEqual(await candidatesOf(apart), [
      ['rank', [2, 4]],
      ['mlp_rank', [1, 8]],
      ['layers', [0.5]],
    ]);
    const asked = await experiment(textOf(apart));
    const { plan, experiment: there } = experimentAt(asked, scores, { rank: 4, mlp_rank: 1, layers: 0.5 });
    const rowOf = (end: string) => Object.entries(plan.plan.modules).find(([path]) => path.endsWith(end))![1];
    assert.deepEqual([rowOf('q_proj').rank, rowOf('q_proj').alpha], [4, 8]);
    assert.deepEqual([rowOf('down_proj').rank, rowOf('down_proj').alpha], [1, 2]);
    const counted = planParameters(plan.plan, scores[0]!.modules, 'hydra');
    assert.equal(plan.totals.parameters, counted);
    assert.match(plan.summary, new RegExp(`; ${counted.toLocaleString('en-US')} trainable parameters`));
    assert.deepEqual(there.plan, plan.plan);
    const { space } = await settingsOf(`${apart}\nbudget: { parameters: ${counted} }`);
    assert.ok(candidatesIn(space).every(({ cost }) => cost <= counted));
    assert.ok(candidatesIn(space).length < space.costs.length);
  });

  it('counts what each plan takes, and leaves out what no plan fits', async () => {
    const { space } = await settingsOf(usual);
    const asked = await experiment();
    const first = experimentAt(asked, scores, { rank: 1, layers: 0.5 });
    assert.equal(space.costs[0], first.plan.totals.parameters);
    assert.equal(space.costLimit, Math.max(...space.costs));
    assert.ok(
      space.costs.every((cost, i) => i < 2 || cost > space.costs[i - 2]!),
      'they rise with the rank',
    );
    const least = Math.min(...space.costs);
    const tight = await settingsOf(`${usual}\nbudget: { parameters: ${least} }`);
    assert.equal(tight.space.costLimit, least);
    await assert.rejects(settingsOf(`${usual}\nbudget: { parameters: 10 }`), /No rank and share of layers/);
  });
});
