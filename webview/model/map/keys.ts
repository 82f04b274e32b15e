import {
  columnsBetween,
  everything,
  extendTo,
  only,
  rowsBetween,
  type Extent,
  type Place,
  type Selection,
} from './selection';

export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** What a key on a cell asks for. */
export type GridCommand =
  | { readonly command: 'select'; readonly selection: Selection }
  /** Opens the input, with the text that was typed already. */
  | { readonly command: 'type'; readonly text: string | undefined }
  /** Steps up or, where negative, down. */
  | { readonly command: 'step'; readonly by: number }
  | { readonly command: 'lock' }
  | { readonly command: 'takeOff' };

/**
 * The keys of an ARIA grid whose cells can be selected and edited, from a cell that has the focus; undefined for keys that
 * are not the grid's.
 */
export function gridCommand(pressed: Pressed, selection: Selection, extent: Extent): GridCommand | undefined {
  if (extent.rows === 0 || extent.columns === 0) return undefined;
  const selected = selectionAfter(pressed, selection, extent);
  return selected ? { command: 'select', selection: selected } : editAfter(pressed);
}

/** The keys that take back and bring again, anywhere on the map. */
export function historyKey({
  key,
  ctrlKey,
  metaKey,
  shiftKey,
  altKey,
}: Pressed): 'undo' | 'redo' | undefined {
  if (!(ctrlKey || metaKey) || altKey) return undefined;
  const letter = key.toLowerCase();
  if (letter === 'z') return shiftKey ? 'redo' : 'undo';
  return letter === 'y' && !shiftKey ? 'redo' : undefined;
}

function selectionAfter(pressed: Pressed, selection: Selection, extent: Extent): Selection | undefined {
  const { key, shiftKey, altKey } = pressed;
  const far = pressed.ctrlKey || pressed.metaKey;
  const { row, column } = selection.focus;
  if (altKey) return undefined;
  if (far && key.toLowerCase() === 'a') return everything(extent, selection.focus);
  if (key === ' ' && far) return columnsBetween(extent, selection.anchor.column, selection.end.column, row);
  if (key === ' ' && shiftKey) return rowsBetween(extent, selection.anchor.row, selection.end.row, column);
  if (key === 'Escape') return only(selection.focus);
  const to = moved(key, far, selection.focus, extent);
  if (!to) return undefined;
  return shiftKey ? extendTo(selection, to) : only(to);
}

function moved(key: string, far: boolean, { row, column }: Place, extent: Extent): Place | undefined {
  const clamp = (toRow: number, toColumn: number): Place => ({
    row: Math.max(0, Math.min(extent.rows - 1, toRow)),
    column: Math.max(0, Math.min(extent.columns - 1, toColumn)),
  });
  switch (key) {
    case 'ArrowUp':
      return clamp(row - 1, column);
    case 'ArrowDown':
      return clamp(row + 1, column);
    case 'ArrowLeft':
      return clamp(row, column - 1);
    case 'ArrowRight':
      return clamp(row, column + 1);
    case 'PageUp':
      return clamp(row - 10, column);
    case 'PageDown':
      return clamp(row + 10, column);
    case 'Home':
      return clamp(far ? 0 : row, 0);
    case 'End':
      return clamp(far ? extent.rows - 1 : row, extent.columns - 1);
    default:
      return undefined;
  }
}

function editAfter({ key, ctrlKey, metaKey, altKey }: Pressed): GridCommand | undefined {
  if (ctrlKey || metaKey) return undefined;
  if (altKey) {
    if (key === 'ArrowUp') return { command: 'step', by: 1 };
    return key === 'ArrowDown' ? { command: 'step', by: -1 } : undefined;
  }
  if (/^\d$/.test(key)) return { command: 'type', text: key };
  switch (key) {
    case 'Enter':
    case 'F2':
      return { command: 'type', text: undefined };
    case '+':
      return { command: 'step', by: 1 };
    case '-':
      return { command: 'step', by: -1 };
    case ' ':
    case 'l':
    case 'L':
      return { command: 'lock' };
    case 'Delete':
    case 'Backspace':
      return { command: 'takeOff' };
    default:
      return undefined;
  }
}
