import assert from 'node:assert/strict';
import { Moves } from '../../../../src/engine/training/moves';

const move = (...ranks: number[]) => ({ ranks });

describe('moves of rank', () => {
  it('are told once, the last of those that wait', () => {
    const moves = new Moves();
    assert.equal(moves.take(), undefined);
    moves.add(move(4, 4));
    moves.add(move(5, 3));
    assert.deepEqual(moves.take(), move(5, 3));
    assert.equal(moves.take(), undefined);
  });

  it('are no news where they came to what was told', () => {
    const moves = new Moves();
    moves.add(move(5, 3));
    moves.take();
    moves.add(move(6, 2));
    moves.add(move(5, 3));
    assert.equal(moves.take(), undefined);
    moves.add({ ranks: [5, 3], weights: { 0: 1.5 } });
    assert.deepEqual(moves.take(), { ranks: [5, 3], weights: { 0: 1.5 } });
  });

  it('go on in a trial that goes on: what waits is told, what was told is not told again', () => {
    const before = new Moves();
    before.add(move(5, 3));
    before.take();
    before.add(move(6, 2));
    const after = new Moves();
    after.restore(JSON.parse(JSON.stringify(before.state)) as typeof before.state);
    assert.deepEqual(after.take(), move(6, 2));
    after.add(move(6, 2));
    assert.equal(after.take(), undefined);
  });
});
