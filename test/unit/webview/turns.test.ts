import assert from 'node:assert/strict';
import { inTurn } from '../../../webview/ui/turns';

describe('work that is done in turn', () => {
  const frames: (() => void)[] = [];
  const frame = (): void => frames.splice(0).forEach((call) => call());
  const done: string[] = [];
  const [a, b, c] = ['a', 'b', 'c'].map((name) => () => void done.push(name)) as [
    () => void,
    () => void,
    () => void,
  ];
  beforeEach(() => {
    frames.length = 0;
    done.length = 0;
  });
  const begin = () => inTurn((call) => frames.push(call));

  it('is done one a frame, in the order in which it was asked for', () => {
    const turns = begin();
    [a, b, c].forEach(turns.ask);
    assert.deepEqual([done, frames.length], [[], 1]);
    frame();
    assert.deepEqual(done, ['a']);
    frame();
    frame();
    assert.deepEqual(done, ['a', 'b', 'c']);
    assert.equal(frames.length, 0);
  });

  it('is done once, however often it was asked for; and again behind the others once it was done', () => {
    const turns = begin();
    for (const work of [a, a, b, a]) turns.ask(work);
    frame();
    turns.ask(a);
    frame();
    frame();
    frame();
    assert.deepEqual(done, ['a', 'b', 'a']);
  });

  it('is not done where it was forgotten, and goes on behind work that fails', () => {
    const turns = begin();
    const fails = (): void => {
      throw new Error('cannot be drawn');
    };
    [fails, a, b].forEach(turns.ask);
    turns.forget(a);
    assert.throws(frame, /cannot be drawn/);
    frame();
    assert.deepEqual(done, ['b']);
    frame();
    assert.equal(frames.length, 0);
  });
});
