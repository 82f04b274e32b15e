import assert from 'node:assert/strict';
import { makeSpace } from '../../../../src/search/space';
import type { Study } from '../../../../src/search/study';
import type { RunState } from '../../../../src/shared/runState';
import { bestPlot } from '../../../../webview/model/ranks/bestPlot';
import {
  bestTable,
  frontSummary,
  frontTable,
  modelSummary,
  modelTable,
} from '../../../../webview/model/ranks/chartTables';
import { frontPlot } from '../../../../webview/model/ranks/frontPlot';
import { legendOf } from '../../../../webview/model/ranks/marks';
import { modelPlot } from '../../../../webview/model/ranks/modelPlot';
import { words } from '../../../../webview/model/ranks/pointWords';
import {
  decodeSearchChoices,
  defaultSearchChoices,
  searchChosenIn,
} from '../../../../webview/model/ranks/searchChoices';
import { axesOf, sliceOf } from '../../../../webview/model/ranks/slice';
import { doublings, ranks, settingsOf } from '../../search/studies';
import { begin, smallModel, stateOf } from '../sampleRuns';
import { eventsOfStudy, sampleOutlook, sampleStudy } from '../sampleStudy';

const runOf = (study: Study): RunState =>
  stateOf(begin(smallModel, undefined, 'search'), eventsOfStudy(study));
const going = sampleStudy({ ended: 6, byHand: { 3: { rank: 4, layers: 0.5 } }, pruned: [1], failed: [2] });
const outlook = sampleOutlook(going, { waiting: [{ rank: 4, layers: 0.25 }] });
const run = runOf(going);
const slice = (choices: Partial<typeof defaultSearchChoices> = {}) =>
  sliceOf(outlook, run, { ...defaultSearchChoices, ...choices });

describe('the slice of a search that a chart shows', () => {
  it('goes along the rank through the best trial, or as the reader chose', () => {
    assert.equal(slice().axis.name, 'rank');
    assert.deepEqual(
      slice().others.map(({ value }) => value),
      [0.5],
    );
    assert.deepEqual(
      slice({ at: { layers: 1 } }).others.map(({ value }) => value),
      [1],
    );
    const turned = slice({ axis: 'layers' });
    assert.deepEqual(
      [turned.axis.name, turned.others[0]!.dimension.name, turned.others[0]!.value],
      ['layers', 'rank', 16],
    );
  });

  it('can go along what has several candidates alone', () => {
    const [rank, share] = outlook.dimensions;
    const dimensions = [{ ...rank!, candidates: [8] }, share!];
    assert.deepEqual(
      axesOf({ dimensions }).map(({ name }) => name),
      ['layers'],
    );
    assert.equal(sliceOf({ dimensions }, run, defaultSearchChoices).axis.name, 'layers');
  });

  it('is no place that the search does not have', () => {
    assert.equal(slice({ axis: 'heads' }).axis.name, 'rank');
    assert.deepEqual(
      slice({ at: { layers: 0.3 } }).others.map(({ value }) => value),
      [0.5],
    );
    const none = sliceOf({ dimensions: [] }, run, defaultSearchChoices);
    assert.deepEqual(none.others, []);
  });
});

describe("the model's chart", () => {
  const plot = modelPlot(outlook, run, slice(), 3);

  it('has a mark of its own kind for each state, faint beside the slice', () => {
    const strong = plot.marks.filter(({ isFaint }) => !isFaint);
    const kinds = Object.fromEntries(strong.map(({ label, kind }) => [label, kind]));
    assert.equal(kinds['3'], 'failed');
    assert.equal(kinds['4'], 'done');
    assert.equal(kinds['6'], 'best');
    assert.equal(kinds['7'], 'running');
    const faint = plot.marks.filter(({ isFaint }) => isFaint);
    assert.deepEqual(faint.map(({ label, kind }) => [label, kind]).sort(), [
      ['', 'asked'],
      ['1', 'done'],
      ['2', 'pruned'],
      ['5', 'done'],
    ]);
    assert.deepEqual(
      plot.marks.filter(({ isSelected }) => isSelected).map(({ label }) => label),
      ['4'],
    );
  });

  it('puts ranks by their doublings, names each, and rests on what keeps the budget', () => {
    assert.deepEqual(
      plot.x.ticks,
      [2, 4, 8, 16, 32, 64].map((rank) => ({ at: Math.log2(rank), label: String(rank) })),
    );
    assert.deepEqual(plot.x.range, [0.5, 6.5]);
    assert.deepEqual(
      plot.stops.map(({ x }) => x),
      [1, 2, 3, 4, 5, 6],
    );
    const [, second] = plot.stops;
    assert.equal(second!.title, 'Rank 4, 50 % of layers');
    assert.match(
      second!.hint.join(' | '),
      /^Trial 4: 89\.\d %, done, by hand \| Expected 89\.\d % ± [\d.]+ % \| 44\.8 k parameters$/,
    );
    const sixth = plot.stops[5]!;
    assert.match(sixth.hint.join(' | '), /^Not tried \| Expected .* \| Would gain [\d.]+ % on average \| /);
    // A trial's point stands at its own value, one that was not tried at what is expected.
    assert.equal(second!.y, outlook.trials[3]!.objective);
    assert.equal(
      sixth.y,
      outlook.points.find(({ point }) => point['rank'] === 64 && point['layers'] === 0.5)!.expected!.mean,
    );
  });

  it('has the band around the line, and bars that stay below the top of their axis', () => {
    const [line] = plot.lines;
    assert.equal(line!.points.length, 41);
    plot.band.forEach(({ x, low, high }, index) => {
      assert.equal(x, line!.points[index]!.x);
      assert.ok(low <= line!.points[index]!.y && line!.points[index]!.y <= high);
    });
    assert.ok(
      plot.bars!.points.length > 0 && plot.bars!.points.every(({ y }) => y >= 0 && y < plot.bars!.top),
    );
    assert.deepEqual(
      plot.bars!.points.map(({ x }) => x),
      [1, 6],
    );
  });

  it('has short ticks for gains, however small', () => {
    const { tick } = words('accuracy');
    assert.deepEqual([0, 0.0015, 5e-6, 0.00123].map(tick), ['0 %', '0.15 %', '0.0005 %', '0.12 %']);
    assert.equal(words('loss').tick(0.0125), '0.013');
  });

  it('hatches what is beyond the budget, half-way to its neighbors', () => {
    const dear = modelPlot(outlook, run, slice({ at: { layers: 1 } }), undefined);
    assert.deepEqual(dear.shades, [[5.5, 6.5]]);
    assert.deepEqual(
      dear.stops.map(({ x }) => x),
      [1, 2, 3, 4, 5],
    );
    assert.ok(Math.max(...dear.lines[0]!.points.map(({ x }) => x)) <= 5 + 1e-9);
    assert.deepEqual(plot.shades, []);
  });

  it('names in its legend what it has, and nothing else', () => {
    assert.deepEqual(
      legendOf(plot).map(([kind]) => kind),
      ['best', 'done', 'pruned', 'failed', 'running', 'asked', 'line', 'band', 'bar'],
    );
    const first = sampleStudy({ ended: 0 });
    const empty = modelPlot(
      sampleOutlook(first),
      runOf(first),
      sliceOf(sampleOutlook(first), runOf(first), defaultSearchChoices),
      0,
    );
    assert.deepEqual(legendOf(empty), []);
    assert.deepEqual(empty.stops, []);
  });
});

describe('the charts of what was found', () => {
  it('has the best so far as steps, up to the trial that runs', () => {
    const plot = bestPlot(outlook, run, undefined);
    assert.ok(plot.lines[0]!.isStepped);
    assert.deepEqual(
      plot.lines[0]!.points.map(({ x }) => x),
      [1, 4, 5, 6, 7],
    );
    const heights = plot.lines[0]!.points.map(({ y }) => y);
    assert.deepEqual(
      heights,
      [...heights].sort((a, b) => a - b),
    );
    // A failed trial has no height, one that was ended early has the best that it had reached.
    assert.deepEqual(plot.marks.map(({ label }) => Number(label)).sort(), [1, 2, 4, 5, 6]);
    assert.deepEqual(plot.x.range, [0.5, 9.5]);
  });

  it('has the front from cheap to dear, on an axis with at most six round numbers', () => {
    const plot = frontPlot(outlook, run, undefined);
    const places = plot.lines[0]!.points.map(({ x }) => x);
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    assert.equal(places.length, outlook.front.length);
    assert.ok(plot.x.ticks!.length >= 2 && plot.x.ticks!.length <= 6);
    assert.ok(plot.x.ticks!.some(({ label }) => label === '100 k'));
    assert.ok(plot.isFree);
    assert.deepEqual(
      plot.stops.map(({ x }) => x),
      plot.stops.map(({ x }) => x).sort((a, b) => a - b),
    );
  });

  it('has an axis with numbers where all trials take about as much', () => {
    for (const size of [2_400_000, 1_000_000, 96_500, 12]) {
      const alike = sampleStudy({
        settings: settingsOf({ space: makeSpace([ranks(doublings(3))], () => size), evaluations: 3 }),
        measure: ({ rank = 1 }) => rank / 10,
        ended: 2,
      });
      const { x } = frontPlot(sampleOutlook(alike), runOf(alike), undefined);
      const [labels, places] = [x.ticks!.map(({ label }) => label), x.ticks!.map((tick) => tick.at)];
      assert.ok(labels.length >= 2 && labels.length <= 6, labels.join(', '));
      assert.equal(new Set(labels).size, labels.length);
      assert.ok(places.every((place) => place >= x.range![0] && place <= x.range![1]));
    }
  });

  it('stands seeds around the metric, where size counts in the objective', () => {
    const losses = sampleStudy({
      settings: settingsOf({
        ...{
          space: makeSpace([ranks(doublings(5))], ({ rank = 1 }) => 1000 * rank),
          evaluations: 4,
          seeds: [1, 2],
        },
        objective: { metric: 'loss', direction: 'minimize', sizeWeight: 0.5 },
      }),
      measure: ({ rank = 1 }, seed) => 1 / rank + seed / 10,
      ended: 2,
      running: false,
    });
    const { marks } = frontPlot(sampleOutlook(losses), runOf(losses), undefined);
    for (const { y, spread } of marks) {
      assert.ok(Math.abs(spread![0] - (y - 0.05)) < 1e-9 && Math.abs(spread![1] - (y + 0.05)) < 1e-9);
    }
    const best = bestPlot(sampleOutlook(losses), runOf(losses), undefined);
    assert.equal(best.y.title, 'Loss net of size');
  });
});

describe('the tables of the charts', () => {
  it('has every point that keeps the budget, with what is expected', () => {
    const { columns, rows } = modelTable(outlook, run);
    assert.deepEqual(columns, [
      'Trial',
      'Rank',
      'Layers',
      'Parameters',
      'Accuracy',
      'Expected',
      '±',
      'Expected gain',
    ]);
    assert.equal(rows.length, 17);
    const of = (rank: string, share: string) =>
      rows.find(({ cells }) => cells[1] === rank && cells[2] === share)!;
    assert.deepEqual(of('4', '50 %').cells.slice(0, 4), ['4', '4', '50 %', '44.8 k']);
    assert.equal(of('4', '50 %').cells.at(-1), '–');
    assert.equal(of('4', '25 %').cells[0], 'asked for');
    assert.equal(of('16', '50 %').best, true);
    assert.deepEqual([of('64', '50 %').cells[0], of('64', '50 %').number], ['–', undefined]);
  });

  it('has the best so far and the front, trial by trial', () => {
    assert.deepEqual(
      bestTable(outlook, run).rows.map(({ cells }) => cells[0]),
      ['1', '4', '5', '6'],
    );
    const front = frontTable(outlook, run);
    assert.deepEqual(
      front.rows.map(({ number }) => number),
      outlook.front,
    );
    assert.match(front.rows.at(-1)!.cells[1]!, /^Rank \d+, \d+ % of layers$/);
  });

  it('says in words what the charts show', () => {
    assert.match(
      modelSummary(outlook, run, 'rank at layers 50 %'),
      /^Chart of accuracy over rank at layers 50 %: 7 trials\. The best is trial 6, rank 16, 50 % of layers, with 91\.\d %\. The largest expected gain of those not tried is [\d.]+ %, of rank .*, where .* is expected\. The table has all numbers\.$/,
    );
    assert.match(
      frontSummary(outlook, run),
      /^Chart of accuracy against parameters: 7 trials, \d of which no other beats in both\./,
    );
  });
});

describe('what the reader chose of a search', () => {
  it('survives, and anything else becomes the default', () => {
    const chosen = { run: 'one', axis: 'layers', at: { rank: 8 }, tables: ['front' as const], trial: 3 };
    assert.deepEqual(decodeSearchChoices(JSON.parse(JSON.stringify(chosen))), chosen);
    for (const other of [
      undefined,
      null,
      3,
      { axis: 4, at: { rank: '8' }, tables: ['x'], trial: 'a' },
      { at: null, tables: 'front' },
    ])
      assert.deepEqual(decodeSearchChoices(other), defaultSearchChoices);
  });

  it('leaves trials and points of another run behind, and keeps how numbers are shown', () => {
    const chosen = { run: 'one', axis: 'layers', at: { rank: 8 }, tables: ['front' as const], trial: 3 };
    const on = (name: string) => searchChosenIn({ heading: { run: name }, choices: { search: chosen } });
    assert.equal(on('one'), chosen);
    assert.deepEqual(on('other'), { ...chosen, run: 'other', at: {}, trial: undefined });
  });
});
