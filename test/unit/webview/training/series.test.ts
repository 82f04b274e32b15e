import assert from 'node:assert/strict';
import type { RunEvent } from '../../../../src/shared/runEvents';
import { designsOf } from '../../../../webview/model/training/designs';
import { seriesOf } from '../../../../webview/model/training/series';
import { begin, smallModel, stateOf } from '../sampleRuns';
import { search } from '../sampleSearch';
import { training } from '../trainings';

/** Trials of a search with two seeds each, but for the last, whose second one has not begun. */
const trialsOf = (count: number): RunEvent[] =>
  Array.from({ length: 2 * count - 1 }, (_, index) => ({
    ...{ at: '', type: 'trial' as const, trial: `trial-${Math.floor(index / 2)}-seed-${1 + (index % 2)}` },
    ...{ seed: 1 + (index % 2), steps: 40, fromStep: 0, parameters: 100, samples: 320 },
  }));
const searching = (count: number) =>
  stateOf(begin(smallModel, undefined, 'search'), search(4), trialsOf(count));

describe('the lines of a training', () => {
  it('are the mean of the seeds and each seed, told apart by their dashes', () => {
    const series = seriesOf(stateOf(training('dynamic-lora')), {});
    assert.deepEqual(
      series.map(({ label, look }) => [label, look]),
      [
        ['mean of 3 seeds', 'strong'],
        ['seed-1', 'strong'],
        ['seed-2', 'strong'],
        ['seed-3', 'strong'],
      ],
    );
    assert.equal(new Set(series.map(({ dash }) => dash)).size, 4);
    assert.equal(new Set(series.map(({ color }) => color)).size, 1);
  });

  it('are one line where one seed is trained', () => {
    const series = seriesOf(stateOf(training('lily')), {});
    assert.deepEqual(
      series.map(({ label, dash }) => [label, dash]),
      [['seed-1', 0]],
    );
  });

  it('are hidden by the legend', () => {
    const series = seriesOf(stateOf(training('dynamic-lora')), { 'seed-2': false, 'seed-9': false });
    assert.deepEqual(
      series.map(({ look }) => look),
      ['strong', 'strong', 'hidden', 'strong'],
    );
  });
});

describe('the lines of a search', () => {
  it('are those of the run: seven trials, the best and the newest in front', () => {
    const series = seriesOf(stateOf(training('search')), {});
    assert.equal(series.length, 7);
    const strong = series.filter(({ look }) => look === 'strong').map(({ label }) => label);
    assert.equal(strong.length, 2);
    assert.match(strong[0] ?? '', /^trial 2: rank \d+, .*\(best\)$/);
    assert.match(strong[1] ?? '', /^trial 7: rank \d+, .*\(newest\)$/);
  });

  it('are one a design, of which the best and the newest stand out', () => {
    const series = seriesOf(searching(20), {});
    assert.equal(series.length, 20);
    assert.deepEqual(
      series.filter(({ look }) => look === 'strong').map(({ label }) => label),
      ['trial 3: rank 8, 50 % of layers, mean of 2 seeds (best)', 'trial 20 (newest)'],
    );
    assert.ok(series.every(({ look }) => look !== 'hidden'));
    // No two look alike.
    assert.equal(new Set(series.map(({ color, shape }) => `${color} ${shape}`)).size, 20);
  });

  it('stand out, or step back, as the reader toggles them', () => {
    const series = seriesOf(searching(6), { 'trial-0': true, 'trial-2': false });
    assert.deepEqual(
      series.filter(({ look }) => look === 'strong').map(({ id }) => id),
      ['trial-0', 'trial-5'],
    );
  });

  it('stand out side by side where they are a plan and its controls', () => {
    const names = ['plan-seed-1', 'plan-seed-2', 'all-layers-seed-1', 'all-layers-seed-2'];
    const [plan] = stateOf(training('lily')).trials;
    const trials = names.map((name) => ({ ...plan!, name }));
    const of = { trials, searched: [], search: undefined, searchEnd: undefined };
    assert.deepEqual(
      seriesOf(of, {}).map(({ id, label, look }) => [id, label, look]),
      [
        ['plan', 'Plan, mean of 2 seeds', 'strong'],
        ['all-layers', 'All layers, mean of 2 seeds', 'strong'],
      ],
    );
  });

  it('are grouped by what their names have beside a seed', () => {
    const names = ['seed-1', 'seed--2', 'control-seed-1', 'control-seed-2'];
    const [plan] = stateOf(training('lily')).trials;
    const trials = names.map((name) => ({ ...plan!, name }));
    const designs = designsOf({ trials, searched: [], search: undefined, searchEnd: undefined });
    assert.deepEqual(
      designs.map(({ label, trials: some }) => [label, some.length]),
      [
        ['the plan', 2],
        ['control', 2],
      ],
    );
  });
});
