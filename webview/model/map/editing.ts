import type { RunState } from '../../../src/shared/runState';
import type { GridCommand } from './keys';
import { parseValue, stepped, type Edited } from './ladder';
import type { GridCell } from './grid';
import { cellNames } from './names';
import type { Quantity } from './quantity';
import { editedValue, mostOf, setCells, takeOff, toggleLocks, type RowsChange } from './rowEdits';

/** What is edited while a quantity is shown: experts where they are, else the rank. */
export const editedBy = (quantity: Quantity): Edited => (quantity === 'experts' ? 'experts' : 'rank');

/** The change that a command other than writing makes of the selected cells; undefined where it makes none. */
export function changeOf(
  command: Extract<GridCommand, { command: 'step' | 'lock' | 'takeOff' }>,
  run: RunState,
  cells: readonly GridCell[],
  edited: Edited,
): RowsChange | undefined {
  switch (command.command) {
    case 'lock':
      return toggleLocks(run, cells);
    case 'takeOff':
      return takeOff(run, cells);
    case 'step':
      return setCells(run, cells, edited, (cell) =>
        stepped(edited, editedValue(run, cell, edited), command.by, mostOf(run, cell, edited)),
      );
  }
}

/** What is asked when a value is written for cells: "Rank of layer 3 q, 0 to 512." */
export function questionOf(run: RunState, cells: readonly GridCell[], edited: Edited): string {
  const title = edited === 'rank' ? 'Rank' : 'Experts';
  return `${title} of ${cellNames(cells)}, 0 to ${mostOfAll(run, cells, edited)}.`;
}

/** The change that a written value makes of cells; a sentence where it is none that they can have. */
export function writtenChange(
  run: RunState,
  cells: readonly GridCell[],
  edited: Edited,
  text: string,
): RowsChange | undefined | string {
  const value = parseValue(edited, text, mostOfAll(run, cells, edited));
  return typeof value === 'string' ? value : setCells(run, cells, edited, () => value);
}

function mostOfAll(run: RunState, cells: readonly GridCell[], edited: Edited): number {
  return Math.min(...cells.map((cell) => mostOf(run, cell, edited)));
}
