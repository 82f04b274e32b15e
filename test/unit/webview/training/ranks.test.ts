import assert from 'node:assert/strict';
import type { TrialState } from '../../../../src/shared/trialState';
import type { Module } from '../../../../src/shared/words';
import { rankCharts } from '../../../../webview/model/training/rankCharts';
import { rankMap } from '../../../../webview/model/training/rankMap';
import { noMoveWords, rankMoments } from '../../../../webview/model/training/rankMoments';
import { timelineOf } from '../../../../webview/model/training/timeline';
import { stateOf } from '../sampleRuns';
import { training, until } from '../trainings';

const trialIn = (method: 'dynamic-lora' | 'adalora', name = 'seed-1') => {
  const { trials, modules } = stateOf(training(method));
  const trial = trials.find((one) => one.name === name)!;
  return { modules, trial, moments: rankMoments(trial, modules) };
};
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

describe('ranks over time', () => {
  it('begin with the ranks at the start', () => {
    const { moments } = trialIn('dynamic-lora');
    assert.deepEqual(moments.map(({ step }) => step).slice(0, 3), [0, 27, 37]);
    assert.equal(sum(moments[0]!.ranks), 24 * 4);
  });

  it('of dynamic LoRA keep their total, and move from layer to layer with their weights', () => {
    const { modules, moments } = trialIn('dynamic-lora');
    for (const { ranks } of moments) assert.equal(sum(ranks), 96);
    const { map, words } = rankMap(modules, moments, 1, 'before');
    assert.deepEqual(map.columns, ['q', 'v', 'down', 'weight']);
    const [first] = map.rows;
    assert.deepEqual(
      first?.cells.map(({ text, move }) => `${text} ${move?.text ?? ''}`),
      ['11 +7', '11 +7', '11 +7', '2.81 '],
    );
    assert.equal(first.cells[0]?.words, 'rank 11, moved +7');
    const still = map.rows.find(({ head }) => head === '5');
    assert.deepEqual(still?.cells[0], {
      text: '4',
      fill: 4 / 16,
      move: { kind: 'same', text: '=' },
      words: 'rank 4, did not move',
    });
    assert.equal(
      words,
      'Step 27: total rank 96; 96 at the start. Rank moved in 21 of 24 modules, most in layer 0 q: +7.',
    );
  });

  it('are compared with the step before, or with the start', () => {
    const { modules, moments } = trialIn('dynamic-lora');
    const moveOf = (against: 'before' | 'start') =>
      rankMap(modules, moments, 3, against).map.rows[0]?.cells[0]?.move?.text;
    assert.deepEqual([moveOf('before'), moveOf('start')], ['+1', '+12']);
    const { map, words } = rankMap(modules, moments, 0, 'before');
    assert.equal(words, 'Step 0: total rank 96, at the start.');
    assert.equal(map.rows[0]?.cells[0]?.move, undefined);
  });

  it('of AdaLoRA shrink to what was asked for', () => {
    const { modules, trial, moments } = trialIn('adalora');
    assert.equal(sum(moments[0]!.ranks), 24 * 6);
    assert.equal(sum(moments.at(-1)!.ranks), 24 * 3);
    const [total, moved] = rankCharts(modules, moments, trial.steps, trial.step, 60);
    assert.deepEqual(total?.lines[0]?.line[0], { x: 0, y: 144 });
    // The last ranks hold to the end.
    assert.deepEqual(total.lines[0].line.at(-1), { x: 170, y: 72 });
    assert.equal(moved?.marker, 60);
    assert.equal(moved?.lines.length, 5);
    for (const { line } of moved?.lines ?? []) assert.ok(new Set(line.map(({ y }) => y)).size > 1);
  });

  it('are one line where modules of a layer move alike, as in dynamic LoRA', () => {
    const { modules, trial, moments } = trialIn('dynamic-lora');
    const [, moved] = rankCharts(modules, moments, trial.steps, trial.step, undefined);
    assert.ok(moved?.lines.every(({ label }) => /^layer \d q, v, down$/.test(label)));
    assert.equal(moved?.lines[0]?.label, 'layer 0 q, v, down');
  });

  it('of a large model that moved often are a map', () => {
    const modules = Array.from({ length: 2000 }, (_, place): Module => {
      const [layer, role] = [Math.floor(place / 2), place % 2 === 0 ? ('q' as const) : ('v' as const)];
      return { path: `layers.${layer}.${role}`, layer, role, inFeatures: 8, outFeatures: 8 };
    });
    const moments = Array.from({ length: 120 }, (_, step) => ({
      ...{ step, weights: {} },
      ranks: modules.map(() => 120 - step),
    }));
    const { map, words } = rankMap(modules, moments, 60, 'start');
    assert.equal(map.rows.length, 1000);
    assert.equal(map.rows[999]?.cells[1]?.fill, 0.5);
    assert.match(words, /^Step 60: total rank 120 k; 240 k at the start/);
  });

  it('say that weights alone moved', () => {
    const { modules, moments } = trialIn('dynamic-lora');
    const [start, first] = moments as [(typeof moments)[0], (typeof moments)[0]];
    const same = { ...first, step: 99, weights: { ...first.weights, 0: 3 } };
    assert.match(
      rankMap(modules, [start, first, same], 2, 'before').words,
      /No rank moved, but weights of layers did\.$/,
    );
  });

  it('have a first step that was told where an older version did not tell the start', () => {
    const { modules, trial } = trialIn('adalora');
    const moments = rankMoments({ ...trial, adapter: undefined }, modules);
    assert.match(rankMap(modules, moments, 0, 'start').words, /total rank \d+, the first that was told\.$/);
  });
});

describe('a training in which no rank moves', () => {
  const wordsOf = (trial: Partial<TrialState>, running: boolean) => {
    const { trial: base } = trialIn('adalora');
    return noMoveWords({ ...base, reallocations: [], ...trial }, running);
  };

  it('says why', () => {
    assert.match(wordsOf({}, true) ?? '', /No rank has moved yet/);
    assert.match(wordsOf({}, false) ?? '', /No rank moved in this training/);
    const lora = { method: 'lora' as const, ranks: [] };
    assert.equal(
      wordsOf({ adapter: lora }, true),
      'Each module keeps its rank: lora moves none while it trains.',
    );
  });

  it('says nothing where it does not know', () => {
    assert.equal(wordsOf({ adapter: undefined }, false), undefined);
    const { trials } = stateOf(until(training('adalora'), 'seed-1', 20));
    assert.equal(noMoveWords(trials[0]!, true), undefined);
  });
});

describe('the scrubber', () => {
  it('follows the newest until a step is chosen, and keeps to the step before one that is not there', () => {
    assert.deepEqual(timelineOf([0, 27, 37], undefined), {
      steps: [0, 27, 37],
      at: 2,
      text: 'step 37, the newest',
    });
    assert.deepEqual(timelineOf([0, 27, 37], 27), { steps: [0, 27, 37], at: 1, text: 'step 27, 2 of 3' });
    assert.equal(timelineOf([0, 27, 37], 30).at, 1);
    assert.equal(timelineOf([27, 37], 3).at, 0);
    assert.deepEqual(timelineOf([], undefined), { steps: [], at: 0, text: 'no step' });
  });
});
