import type { Edited } from './ladder';

/** How the grid is used, in a sentence or two: it is printed above it, and describes it to screen readers. */
export const gridHelp = (edited: Edited, editable: boolean): string =>
  editable
    ? `Select cells, then type their ${edited}, press + or −, or drag a selected cell up or down.`
    : 'Arrow keys move from cell to cell, with Shift they select.';

/** All keys, and what the mouse does. @param locks whether rows can be locked */
export function gridKeys(
  edited: Edited,
  editable: boolean,
  locks: boolean,
): (readonly [keys: string, does: string])[] {
  const selecting = [
    ['Arrows, Page Up, Page Down, Home, End', 'move; with Shift they select'],
    ['Shift+Space, Ctrl+Space, Ctrl+A', 'select the layer, the role, all'],
    ['Click, drag', 'select; on a layer’s or a role’s head the whole of it'],
    ['Ctrl+C', 'copies the selected cells'],
  ] as const;
  const editing = [
    ['Digits, Enter, F2', `write the ${edited} of the selected cells; 0 takes the adapter off`],
    ['+ and −, Alt+Up and Alt+Down', `step the ${edited} through the usual values`],
    ['Drag a selected cell', 'up and down does the same'],
    ...(locks ? [['L or Space', 'locks and unlocks: allocators leave what is locked alone'] as const] : []),
    ['Delete', 'takes the adapter off'],
    ['Ctrl+Z, Ctrl+Shift+Z or Ctrl+Y', 'take back and bring again'],
  ] as const;
  return editable ? [...selecting, ...editing] : [...selecting];
}
