import assert from 'node:assert/strict';
import { otherEdit, TextHistory } from '../../../../src/extension/maps/editors/textHistory';

/** A text with changes of ours by name. */
function historyOf(text: string) {
  const history = new TextHistory(text);
  const change = (after: string, label?: string): void => {
    if (label !== undefined) history.announce(label);
    history.changed(after, undefined);
  };
  return { history, change };
}

describe("what VS Code's undo takes back of a text", () => {
  it('is the last change, and redo brings it again', () => {
    const { history, change } = historyOf('a');
    assert.equal(history.undo, undefined);
    change('b', 'rank');
    change('c', 'alpha');
    assert.deepEqual([history.undo, history.redo], ['alpha', undefined]);
    history.changed('b', 'undo');
    assert.deepEqual([history.undo, history.redo], ['rank', 'alpha']);
    history.changed('a', 'undo');
    assert.deepEqual([history.undo, history.redo], [undefined, 'rank']);
    history.changed('b', 'redo');
    history.changed('c', 'redo');
    assert.deepEqual([history.undo, history.redo], ['alpha', undefined]);
    history.changed('b', 'undo');
    change('d', 'experts');
    assert.deepEqual([history.undo, history.redo], ['experts', undefined]);
  });

  it('is several keys at once where they were typed', () => {
    const { history, change } = historyOf('');
    change('rank', 'rank');
    for (const text of ['rank1', 'rank12', 'rank123']) change(text);
    assert.equal(history.undo, otherEdit);
    history.changed('rank', 'undo');
    assert.deepEqual([history.undo, history.redo], ['rank', otherEdit]);
    history.changed('rank123', 'redo');
    assert.deepEqual([history.undo, history.redo], [otherEdit, undefined]);
    // What was typed after a pause is taken back by itself, to a text in between.
    history.changed('rank12', 'undo');
    assert.equal(history.undo, otherEdit);
    history.changed('rank', 'undo');
    assert.equal(history.undo, 'rank');
  });

  it('takes a change by another program for an edit, and nothing for none', () => {
    const { history, change } = historyOf('a');
    change('a');
    assert.equal(history.undo, undefined);
    change('x');
    assert.equal(history.undo, otherEdit);
  });

  it('is not called by a change that came to nothing', () => {
    const { history, change } = historyOf('a');
    history.announce('rank');
    history.announce(undefined);
    change('b');
    assert.equal(history.undo, otherEdit);
  });

  it('remembers no more than fifty', () => {
    const { history, change } = historyOf('0');
    for (let step = 1; step <= 60; step++) change(String(step), `to ${step}`);
    for (let step = 59; step >= 10; step--) history.changed(String(step), 'undo');
    assert.equal(history.undo, undefined);
    history.changed('9', 'undo');
    assert.equal(history.redo, 'to 11');
  });
});
