import assert from 'node:assert/strict';
import { chartSummary } from '../../../webview/model/chartSummary';
import { keptLayersText, layerRows } from '../../../webview/model/layers';
import { legendEntries } from '../../../webview/model/layersLegend';
import { scoreView } from '../../../webview/model/scores';
import { selectionLine } from '../../../webview/model/selectionLine';
import { begin, finish, modulesOf, oneTask, score, smallModel, stateOf } from './sampleRuns';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const near = (actual: number, expected: number): void =>
  assert.ok(
    Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected)),
    `${actual} ≠ ${expected}`,
  );

describe('the scores that the page shows', () => {
  it('are shares of 1 over all tasks, without errors', () => {
    const view = scoreView(stateOf(begin(smallModel), score(smallModel, 3)), undefined);
    assert.equal(view.unit, 'share');
    assert.equal(view.errors, undefined);
    near(view.total, 1);
  });

  it('combine only the tasks that have begun', () => {
    const run = stateOf(begin(smallModel), score(smallModel, 1));
    const scores = run.tasks[0]?.scores ?? [];
    const { values } = scoreView(run, undefined);
    assert.equal(values.length, modulesOf(smallModel).length);
    near(values[5] ?? 0, (scores[5] ?? 0) / sum(scores));
  });

  it('are a task’s own numbers where it is chosen or the only one', () => {
    const several = stateOf(begin(smallModel), score(smallModel, 3));
    assert.deepEqual(scoreView(several, 'topic').values, several.tasks[1]?.scores);
    const one = stateOf(begin(oneTask), score(oneTask, 1));
    assert.equal(scoreView(one, undefined).task, 'spam');
    assert.equal(scoreView(one, undefined).unit, 'score');
  });

  it('fall back to all tasks where the chosen one is not of this run', () => {
    const run = stateOf(begin(smallModel), score(smallModel, 3));
    assert.equal(scoreView(run, 'of yesterday').task, undefined);
  });

  it('are empty before the first batch', () => {
    assert.deepEqual(scoreView(stateOf(begin(smallModel)), undefined).values, []);
  });
});

describe('layer rows', () => {
  it('sum the modules of each layer, with an error of their own', () => {
    const run = stateOf(begin(oneTask), score(oneTask, 1));
    const task = run.tasks[0];
    assert.ok(task);
    const rows = layerRows(run, scoreView(run, undefined));
    assert.equal(rows.length, oneTask.layers);
    near(rows[2]?.value ?? 0, sum(task.scores.slice(8, 12)));
    assert.equal(rows[2]?.error, task.layerStandardErrors[2]);
    near(sum(rows.map((row) => row.share)), 1);
    assert.ok(rows.every((row) => row.kept === undefined));
  });

  it('say what the plan keeps', () => {
    const run = stateOf(begin(smallModel), score(smallModel, 3), finish(smallModel, [2, 3, 6]));
    const rows = layerRows(run, scoreView(run, undefined));
    assert.deepEqual(
      rows.filter((row) => row.kept).map((row) => row.layer),
      [2, 3, 6],
    );
    assert.equal(rows[3]?.adaptedModules, 7);
    assert.equal(sum(rows.map((row) => row.experts)), run.plan?.totals.experts);
    assert.equal(keptLayersText(rows), '2–3, 6');
  });

  it('exist for every layer of the model before it has scores', () => {
    const run = stateOf(begin(smallModel));
    const rows = layerRows(run, scoreView(run, undefined));
    assert.deepEqual([rows.length, rows[7]?.value, rows[7]?.share], [8, 0, 0]);
  });
});

describe('intervals of the layers', () => {
  const scored = score(oneTask, 1);
  const run = stateOf(begin(oneTask), scored);
  const intervals = Array.from({ length: oneTask.layers }, (_, layer): [number, number] => [
    layer,
    layer + 1,
  ]);
  const resampled = stateOf(
    begin(oneTask),
    scored.map((event) => (event.type === 'stability' ? { ...event, intervals } : event)),
  );

  it('are the bootstrap’s where it was done, else one standard error to each side, not below 0', () => {
    const [first] = layerRows(run, scoreView(run, undefined));
    const { value = 0, error = 0 } = first ?? {};
    assert.deepEqual(first?.interval, [value - error, value + error]);
    const wide = { ...scoreView(run, undefined), layerErrors: [10] };
    assert.equal(layerRows(run, wide)[0]?.interval?.[0], 0);
    assert.deepEqual(layerRows(resampled, scoreView(resampled, undefined))[3]?.interval, [3, 4]);
  });

  it('are named in the legend, which says where to find them for several tasks', () => {
    const texts = (state: typeof run): string[] => {
      const view = scoreView(state, undefined);
      const entries = legendEntries(layerRows(state, view), view, undefined, state.tasks.length);
      return entries.map(([, text]) => text);
    };
    assert.deepEqual(texts(run), ['± 1 standard error']);
    assert.deepEqual(texts(resampled), ['95 % interval, bootstrap over samples']);
    const several = stateOf(begin(smallModel), score(smallModel, 3));
    assert.deepEqual(texts(several), ['Intervals are shown for each task by itself.']);
  });
});

describe('the selection line', () => {
  const rows = (...layers: [value: number, kept: boolean | undefined][]) => {
    const [first] = layerRows(
      stateOf(begin(oneTask), score(oneTask, 1)),
      scoreView(stateOf(begin(oneTask), score(oneTask, 1)), undefined),
    );
    assert.ok(first);
    return layers.map(([value, kept], layer) => ({ ...first, layer, value, kept }));
  };

  it('is at the lowest layer kept, where all others score lower', () => {
    const parted = rows([1, false], [5, true], [3, true], [2, false]);
    assert.equal(selectionLine(parted, 'floe'), 3);
    assert.equal(selectionLine(parted, undefined), 3);
    const legend = legendEntries(parted, scoreView(stateOf(), undefined), 3, 1);
    assert.ok(legend.some(([mark, text]) => mark === 'line' && /lowest layer kept$/.test(text)));
  });

  it('is not there where it would part nothing, or wrongly, or where scores did not choose', () => {
    assert.equal(selectionLine(rows([4, false], [5, true], [3, true]), 'floe'), undefined);
    assert.equal(selectionLine(rows([3, false], [3, true]), 'floe'), undefined);
    assert.equal(selectionLine(rows([4, true], [5, true]), 'floe'), undefined);
    assert.equal(selectionLine(rows([4, false], [5, false]), 'floe'), undefined);
    assert.equal(selectionLine(rows([4, undefined]), undefined), undefined);
    assert.equal(selectionLine(rows([1, false], [5, true]), 'uniform'), undefined);
  });
});

describe('the chart in words', () => {
  it('names the highest layers and what the plan keeps', () => {
    const run = stateOf(begin(smallModel), score(smallModel, 3), finish(smallModel, [4]));
    const text = chartSummary(layerRows(run, scoreView(run, undefined)), 'share');
    assert.match(text, /^Bar chart of the scores of 8 layers\. Highest: layer 4 \([\d.]+ %\), layer /);
    assert.match(text, /The plan keeps 1 of them\./);
  });
});
