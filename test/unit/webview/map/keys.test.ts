import assert from 'node:assert/strict';
import { gridKeys } from '../../../../webview/model/map/gridHelp';
import { gridCommand, historyKey, type Pressed } from '../../../../webview/model/map/keys';
import { only, rectangleOf, type Selection } from '../../../../webview/model/map/selection';

const extent = { rows: 8, columns: 4 };
const at = only({ row: 5, column: 2 });
const press = (key: string, held: Partial<Pressed> = {}): Pressed => ({
  ...{ ctrlKey: false, metaKey: false, shiftKey: false, altKey: false },
  ...held,
  key,
});
const command = (key: string, held: Partial<Pressed> = {}, from = at) =>
  gridCommand(press(key, held), from, extent);
const selected = (key: string, held: Partial<Pressed> = {}, from = at): Selection => {
  const done = command(key, held, from);
  assert.ok(done?.command === 'select', key);
  return done.selection;
};
const shift = { shiftKey: true };
const ctrl = { ctrlKey: true };

describe('keys in the grid', () => {
  it('move by a cell, to the ends, and never outside', () => {
    const moved = (key: string, held: Partial<Pressed> = {}) => selected(key, held);
    assert.deepEqual(moved('ArrowUp'), only({ row: 4, column: 2 }));
    assert.deepEqual(moved('ArrowRight'), only({ row: 5, column: 3 }));
    assert.deepEqual(moved('PageDown'), only({ row: 7, column: 2 }));
    assert.deepEqual(moved('PageUp'), only({ row: 0, column: 2 }));
    assert.deepEqual(moved('Home'), only({ row: 5, column: 0 }));
    assert.deepEqual(moved('End', ctrl), only({ row: 7, column: 3 }));
  });

  it('select with Shift, from where it was begun', () => {
    const first = selected('ArrowUp', shift);
    const second = selected('ArrowLeft', shift, first);
    assert.deepEqual(rectangleOf(second), { top: 4, bottom: 5, left: 1, right: 2 });
    assert.deepEqual(second.focus, { row: 4, column: 1 });
    // Back over the beginning and out at the other side.
    const back = ['ArrowDown', 'ArrowDown'].reduce((from, key) => selected(key, shift, from), second);
    assert.deepEqual(rectangleOf(back), { top: 5, bottom: 6, left: 1, right: 2 });
  });

  it('select layers, roles and all, and leave the focus where it is', () => {
    const layer = selected(' ', shift);
    assert.deepEqual(rectangleOf(layer), { top: 5, bottom: 5, left: 0, right: 3 });
    const role = selected(' ', ctrl);
    assert.deepEqual(rectangleOf(role), { top: 0, bottom: 7, left: 2, right: 2 });
    const all = selected('a', { metaKey: true });
    assert.deepEqual(rectangleOf(all), { top: 0, bottom: 7, left: 0, right: 3 });
    for (const { focus } of [layer, role, all]) assert.deepEqual(focus, at.focus);
    assert.deepEqual(selected('Escape', {}, all), at);
  });

  it('write, step, lock and take off', () => {
    assert.deepEqual(command('7'), { command: 'type', text: '7' });
    for (const key of ['Enter', 'F2']) assert.deepEqual(command(key), { command: 'type', text: undefined });
    for (const [key, held] of [
      ['+', shift],
      ['ArrowUp', { altKey: true }],
    ] as const) {
      assert.deepEqual(command(key, held), { command: 'step', by: 1 });
    }
    assert.deepEqual(command('ArrowDown', { altKey: true }), { command: 'step', by: -1 });
    for (const key of ['l', 'L', ' ']) assert.deepEqual(command(key), { command: 'lock' });
    assert.deepEqual(command('Delete'), { command: 'takeOff' });
  });

  it('leave other keys, VS Code’s own and empty grids alone', () => {
    for (const [key, held] of [
      ['Tab', {}],
      ['x', {}],
      ['l', ctrl],
      ['1', { metaKey: true }],
      ['ArrowLeft', { altKey: true }],
    ] as const) {
      assert.equal(command(key, held), undefined, key);
    }
    assert.equal(gridCommand(press('ArrowUp'), at, { rows: 0, columns: 0 }), undefined);
  });
});

describe('the keys in words', () => {
  it('have the lock only where rows can be locked', () => {
    const locks = (...of: Parameters<typeof gridKeys>) =>
      gridKeys(...of).filter(([, does]) => /lock/.test(does));
    assert.equal(locks('rank', true, true).length, 1);
    assert.equal(locks('rank', true, false).length, 0);
    assert.equal(locks('rank', false, true).length, 0);
  });
});

describe('keys that take back', () => {
  it('are those of each system', () => {
    assert.equal(historyKey(press('z', ctrl)), 'undo');
    assert.equal(historyKey(press('z', { metaKey: true })), 'undo');
    assert.equal(historyKey(press('Z', { ...ctrl, ...shift })), 'redo');
    assert.equal(historyKey(press('y', ctrl)), 'redo');
    for (const held of [{}, { altKey: true, ...ctrl }]) assert.equal(historyKey(press('z', held)), undefined);
  });
});
