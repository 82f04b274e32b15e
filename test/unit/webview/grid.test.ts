import assert from 'node:assert/strict';
import type { RunState } from '../../../src/shared/runState';
import { cellDetails } from '../../../webview/model/cellDetails';
import { gridView } from '../../../webview/model/grid';
import { moveInGrid } from '../../../webview/model/gridKeys';
import { fillOf, mixPercent, strongestMix, valueAt } from '../../../webview/model/scale';
import { scoreView } from '../../../webview/model/scores';
import { sharedUnit } from '../../../webview/model/unit';
import { begin, finish, oneTask, score, smallModel, stateOf } from './sampleRuns';

const done = stateOf(begin(smallModel), score(smallModel, 3), finish(smallModel, [2, 3]));
const all = scoreView(done, undefined);

describe('the layer × role grid', () => {
  it('has a row a layer and a column for each role of the model, in the order of the words', () => {
    const run = stateOf(begin(oneTask), score(oneTask, 1));
    const grid = gridView(run, scoreView(run, undefined), 'score');
    assert.deepEqual(grid.roles, ['o', 'qkv', 'up', 'down']);
    assert.equal(grid.rows.length, 6);
    const place = run.modules.findIndex((module) => module.path === 'model.layers.3.mlp.up_proj');
    assert.equal(grid.rows[3]?.[2]?.value, run.tasks[0]?.scores[place]);
  });

  it('shows experts, rank and parameters of the plan', () => {
    const cell = (quantity: 'experts' | 'rank' | 'parameters') => gridView(done, all, quantity).rows[2]?.[6];
    assert.equal(cell('experts')?.text, '1');
    assert.equal(cell('rank')?.text, '16');
    assert.equal(cell('parameters')?.value, 16 * (1376 + 512));
    assert.equal(gridView(done, all, 'rank').rows[0]?.[0]?.text, '0');
    assert.deepEqual(gridView(done, all, 'score').kept.slice(1, 5), [false, true, true, false]);
  });

  it('shows scores as long as there is no plan', () => {
    assert.equal(gridView(stateOf(begin(smallModel)), all, 'rank').quantity, 'score');
  });

  it('marks what is not measured and what does not exist', () => {
    const unmeasured = stateOf(begin(oneTask));
    assert.equal(gridView(unmeasured, scoreView(unmeasured, undefined), 'score').rows[0]?.[0]?.text, '–');
    const holed: RunState = { ...done, modules: done.modules.filter((_, place) => place !== 0) };
    const grid = gridView(holed, scoreView(done, undefined), 'score');
    const hole = grid.rows[0]?.[0];
    assert.ok(hole);
    assert.equal(hole.text, '–');
    assert.equal(cellDetails(holed, all, hole).title, 'Layer 0 has no q module.');
  });

  it('adds the modules that share a cell', () => {
    const run = stateOf(begin(oneTask), score(oneTask, 1));
    const [first, second] = run.modules;
    assert.ok(first && second);
    const twins: RunState = {
      ...run,
      modules: [first, { ...second, role: first.role }, ...run.modules.slice(2)],
    };
    const view = scoreView(twins, undefined);
    const cell = gridView(twins, view, 'score').rows[0]?.[1];
    assert.ok(cell);
    assert.equal(cell.value, (view.values[0] ?? 0) + (view.values[1] ?? 0));
    assert.match(cellDetails(twins, view, cell).title, /qkv_proj and 1 more, added together$/);
  });
});

describe('a cell’s tooltip', () => {
  it('has the path, the score with its error, and the plan', () => {
    const view = scoreView(done, 'spam');
    const cell = gridView(done, view, 'score').rows[2]?.[1];
    assert.ok(cell);
    const { title, lines } = cellDetails(done, view, cell);
    assert.equal(title, 'model.layers.2.self_attn.k_proj');
    const text = new Map(lines);
    assert.match(text.get('Score') ?? '', /^[\d.e-]+ ± [\d.e-]+ \([\d.]+ % of the total\)$/);
    assert.deepEqual(
      ['Rank', 'Alpha', 'Experts'].map((label) => text.get(label)),
      ['8', '16', '4'],
    );
  });

  it('says where the plan leaves a module alone', () => {
    const cell = gridView(done, all, 'score').rows[7]?.[0];
    assert.ok(cell);
    assert.deepEqual(cellDetails(done, all, cell).lines.at(-1), ['Plan', 'no adapter']);
  });
});

describe('the color scale', () => {
  it('goes by the square root for scores and straight for ranks', () => {
    assert.equal(fillOf('score', 1, 4), 0.5);
    assert.equal(fillOf('rank', 1, 4), 0.25);
    assert.equal(fillOf('score', 5, 0), 0);
    assert.equal(fillOf('score', -1, 4), 0);
    for (const quantity of ['score', 'experts', 'rank', 'parameters'] as const) {
      assert.equal(valueAt(quantity, fillOf(quantity, 9, 16), 16), 9);
    }
  });

  it('never mixes in more hue than the printed number can stand', () => {
    assert.equal(mixPercent(1), `${strongestMix.toFixed(1)}%`);
    assert.equal(mixPercent(0), '0.0%');
  });
});

describe('a shared unit', () => {
  it('is percent for shares and a power of 1000 for small or large scores', () => {
    assert.equal(sharedUnit('share', 1).text(0.0123), '1.23');
    const micro = sharedUnit('score', 6.88e-4);
    assert.deepEqual([micro.text(6.88e-5), micro.suffix], ['68.8', ', × 10⁻⁶']);
    assert.deepEqual(
      [sharedUnit('score', 3e5).text(3e5), sharedUnit('score', 3e5).suffix],
      ['300', ', × 10³'],
    );
  });

  it('leaves handy numbers as they are', () => {
    for (const highest of [0, 0.1, 42, 9999]) assert.equal(sharedUnit('score', highest).suffix, '');
  });
});

describe('keys in the grid', () => {
  const move = (key: string, ctrlKey = false) =>
    moveInGrid({ key, ctrlKey, metaKey: false }, { row: 5, column: 2 }, 8, 4);
  it('move by a cell, to the ends, and never outside', () => {
    assert.deepEqual(move('ArrowUp'), { row: 4, column: 2 });
    assert.deepEqual(move('ArrowRight'), { row: 5, column: 3 });
    assert.deepEqual(move('PageDown'), { row: 7, column: 2 });
    assert.deepEqual(move('PageUp'), { row: 0, column: 2 });
    assert.deepEqual(move('Home'), { row: 5, column: 0 });
    assert.deepEqual(move('End', true), { row: 7, column: 3 });
  });

  it('leave other keys and empty grids alone', () => {
    assert.equal(move('Enter'), undefined);
    const press = { key: 'ArrowUp', ctrlKey: false, metaKey: false };
    assert.equal(moveInGrid(press, { row: 0, column: 0 }, 0, 0), undefined);
  });
});
