import type { ScoreView } from '../scores';
import type { SharedUnit } from '../unit';
import type { GridCell } from './grid';
import type { Quantity } from './quantity';

/** A cell in words: "Layer 3 q: rank 16, locked, changed". */
export function cellLabel(
  cell: Omit<GridCell, 'label'>,
  quantity: Quantity,
  unit: SharedUnit,
  kind: ScoreView['unit'],
): string {
  const name = `Layer ${cell.layer} ${cell.role}`;
  if (cell.modules.length === 0) return `${name}: no such module`;
  const signs = [...(cell.locked ? ['locked'] : []), ...(cell.changed ? ['changed'] : [])];
  return [`${name}: ${valueWords(cell, quantity, unit, kind)}`, ...signs].join(', ');
}

function valueWords(
  { value, text, kept }: Pick<GridCell, 'value' | 'text' | 'kept'>,
  quantity: Quantity,
  { suffix }: SharedUnit,
  kind: ScoreView['unit'],
): string {
  const none = kept ? '' : ', no adapter';
  const unit = suffix.replace(/^, /, ' ');
  switch (quantity) {
    case 'score':
      if (value === undefined) return 'not measured yet';
      return kind === 'share' ? `${text} % of the total score` : `score ${text}${unit}`;
    case 'norm':
      return value === undefined ? 'no adapter' : `norm ${text}${unit}`;
    // What is printed has to be in it: readers who speak to the page say what they see.
    case 'rank':
      return `rank ${text}${none}`;
    case 'experts':
      return `${text} ${value === 1 ? 'expert' : 'experts'}${none}`;
    case 'parameters':
      return `${text} parameters${none}`;
  }
}
