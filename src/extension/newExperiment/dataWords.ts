import { formatCount } from '../../shared/format';
import { isClasses } from './guessTask';
import type { ColumnPeek, DataPeek } from './peekData';

/** `about 2.9 k rows` */
export function rowsText({ rows, isEstimate }: DataPeek): string {
  if (!isEstimate) return rows === 1 ? 'one row' : `${formatCount(rows)} rows`;
  // Two digits: the rows may be of different lengths.
  const digits = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, rows))) - 1);
  return `about ${formatCount(Math.round(rows / digits) * digits)} rows`;
}

/** `label (ham, spam)` */
export function columnText(column: ColumnPeek): string {
  if (!isClasses(column) || column.values.length === 0) return column.name;
  return `${column.name} (${classesText(column)})`;
}

/** `ham, spam`; of many the first few. */
export function classesText({ values }: ColumnPeek): string {
  const sorted = [...values].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return sorted.length <= 5
    ? sorted.join(', ')
    : `${sorted.slice(0, 4).join(', ')} and ${sorted.length - 4} more`;
}
