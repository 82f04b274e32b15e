/** A bar in a cell would begin another one, as would one behind a backslash; a line break would end the row. */
const escaped = (text: string): string =>
  text
    .replace(/\\*\|/g, (bars) => bars.replaceAll('\\', '\\\\').replace('|', '\\|'))
    .replace(/[\r\n\u2028\u2029]+/g, ' ');

/** Markdown rows, padded so that they read as a table in a terminal too; numbers to the right, names to the left. */
export function table(cells: readonly (readonly string[])[], leftColumns = 0): string[] {
  const rows = cells.map((row) => row.map(escaped));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cell = (text: string, column: number): string =>
    column < leftColumns ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  const line = (row: readonly string[]): string => `| ${row.map(cell).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column < leftColumns ? '-'.repeat(width) : `${'-'.repeat(Math.max(1, width - 1))}:`,
  );
  return [line(rows[0] ?? []), `| ${rule.join(' | ')} |`, ...rows.slice(1).map(line)];
}
