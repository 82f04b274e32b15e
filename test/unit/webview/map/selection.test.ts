import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  columnsBetween,
  everything,
  extendTo,
  isInside,
  only,
  pick,
  rectangleOf,
  rowsBetween,
  within,
} from '../../../../webview/model/map/selection';
import { gridView } from '../../../../webview/model/map/grid';
import { selectionText } from '../../../../webview/model/map/selectionText';
import { scoreView } from '../../../../webview/model/scores';
import { begin, finish, oneTask, stateOf } from '../sampleRuns';

const extent = { rows: 3, columns: 2 };
const rows = [
  ['a', 'b'],
  ['c', 'd'],
  ['e', 'f'],
];

describe('a selection', () => {
  it('holds whole layers, whole roles, or all', () => {
    assert.deepEqual(pick(rowsBetween(extent, 2, 1), rows), ['c', 'd', 'e', 'f']);
    assert.deepEqual(pick(columnsBetween(extent, 1, 1), rows), ['b', 'd', 'f']);
    assert.deepEqual(pick(everything(extent, { row: 1, column: 1 }), rows), rows.flat());
    assert.deepEqual(pick(undefined, rows), []);
    assert.equal(isInside(undefined, { row: 0, column: 0 }), false);
  });

  it('holds what lies between its two corners, whichever way it was drawn', () => {
    const place = fc.record({ row: fc.nat(9), column: fc.nat(9) });
    fc.assert(
      fc.property(place, place, place, (from, to, other) => {
        const drawn = extendTo(only(from), to);
        const { top, bottom, left, right } = rectangleOf(drawn);
        const inside =
          other.row >= top && other.row <= bottom && other.column >= left && other.column <= right;
        assert.equal(isInside(drawn, other), inside);
        assert.ok(isInside(drawn, from) && isInside(drawn, to));
        assert.deepEqual(rectangleOf(extendTo(only(to), from)), rectangleOf(drawn));
      }),
    );
  });

  it('stays inside a grid that became smaller, and ends with one that is empty', () => {
    const drawn = extendTo(only({ row: 9, column: 0 }), { row: 4, column: 9 });
    assert.deepEqual(rectangleOf(within(drawn, extent) ?? drawn), { top: 2, bottom: 2, left: 0, right: 1 });
    assert.equal(within(drawn, { rows: 0, columns: 0 }), undefined);
    assert.equal(within(undefined, extent), undefined);
  });

  it('is copied as cells that a spreadsheet pastes', () => {
    const run = stateOf(begin(oneTask), finish(oneTask, [1]));
    const grid = gridView(
      { run, scores: scoreView(run, undefined), draft: undefined, planOfRun: undefined },
      'rank',
    );
    const two = extendTo(only({ row: 0, column: 2 }), { row: 1, column: 3 });
    assert.equal(selectionText(grid, two), '0\t0\n8\t16');
  });
});
