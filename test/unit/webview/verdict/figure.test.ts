import assert from 'node:assert/strict';
import fc from 'fast-check';
import { intervalFigure, type IntervalFigure } from '../../../../webview/model/verdict/figure';
import * as verdicts from '../sampleVerdict';

/** Every place that something stands at. */
const placesIn = ({ rows, ticks, zero, band }: IntervalFigure): number[] => [
  ...rows.flatMap(({ mean, interval, seeds }) => [mean, ...interval, ...seeds]),
  ...[...ticks.map(({ at }) => at), zero, ...(band ?? [])],
];

describe('the figure of a verdict', () => {
  it('is none before two seeds', () => {
    assert.equal(intervalFigure(verdicts.firstVerdict()), undefined);
  });

  it('has a row a control, with its mean within its interval, and its seeds', () => {
    const figure = intervalFigure(verdicts.threeControls());
    assert.deepEqual(
      figure?.rows.map(({ title, words, isCalled, seeds }) => [title, words, isCalled, seeds.length]),
      [
        ['Uniform', '+0.02 points, as good', false, 3],
        ['Random layers', '+3.3 points, better', true, 3],
        ['All layers', '−1.9 points, worse', true, 3],
      ],
    );
    for (const { mean, interval } of figure?.rows ?? [])
      assert.ok(interval[0] <= mean && mean <= interval[1]);
    const [uniform, random, all] = figure?.rows ?? [];
    assert.ok(uniform && random && all && figure);
    assert.ok(random.interval[0] > figure.zero && all.interval[1] < figure.zero);
    // What is as good lies within the band.
    const [low, high] = figure.band ?? [1, 0];
    assert.ok(low <= uniform.interval[0] && uniform.interval[1] <= high);
  });

  it('says what the numbers are, and on which side the plan is better', () => {
    const accuracy = intervalFigure(verdicts.betterVerdict());
    assert.equal(accuracy?.axis, 'Accuracy of the plan less that of the control, points');
    assert.deepEqual([accuracy.left, accuracy.right], ['← plan worse', 'plan better →']);
    const loss = intervalFigure(verdicts.lossVerdict());
    assert.equal(loss?.axis, 'Loss of the plan less that of the control');
    assert.deepEqual([loss.left, loss.right], ['← plan better', 'plan worse →']);
    assert.equal(loss.band, undefined);
    assert.ok((loss.rows[0]?.interval[1] ?? 1) < loss.zero);
    assert.deepEqual(
      loss.ticks.map(({ label }) => label),
      ['−0.032', '−0.024', '−0.016', '−0.008', '0'],
    );
  });

  it('names in its legend what it shows, and says it all in words', () => {
    const { legend, words } = intervalFigure(verdicts.betterVerdict()) ?? assert.fail();
    assert.deepEqual(
      legend.map(([kind]) => kind),
      ['mean', 'interval', 'seed', 'margin'],
    );
    assert.match(legend[1]?.[1] ?? '', /95 %/);
    assert.match(legend[3]?.[1] ?? '', /0\.5 points/);
    assert.match(
      words,
      /accuracy.*more is better\. Uniform: \+1\.9 points, better, interval \+1\.7 to \+2\.0 over 3 seeds\./,
    );
    const loss = intervalFigure(verdicts.lossVerdict());
    assert.deepEqual(
      loss?.legend.map(([kind]) => kind),
      ['mean', 'interval', 'seed'],
    );
    assert.match(loss.words, /less is better\. Uniform: −0\.027, better/);
  });

  it('holds everything, whatever the values', () => {
    const value = fc.integer({ min: -4000, max: 4000 }).map((one) => one / 1000);
    const values = fc.array(value, { minLength: 2, maxLength: 3 });
    fc.assert(
      fc.property(values, values, fc.double({ min: 0, max: 0.1, noNaN: true }), (plan, uniform, margin) => {
        const figure = intervalFigure(verdicts.sampleVerdict({ plan, uniform }, { margin, seeds: [1, 2] }));
        assert.ok(figure);
        for (const place of placesIn(figure)) assert.ok(place >= 0 && place <= 1, String(place));
        const labels = figure.ticks.map(({ label }) => label);
        assert.ok(labels.length >= 2 && labels.length <= 9, labels.join(' '));
        assert.equal(new Set(labels).size, labels.length, labels.join(' '));
      }),
    );
  });
});
