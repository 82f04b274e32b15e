import type { CopyTable } from './table';

/** A table as CSV after RFC 4180, with every digit of its numbers. */
export const csvOf = ({ heads, rows }: CopyTable): string =>
  csvLines([heads, ...rows.map((row) => row.map(({ value }) => value))]);

/** Lines of fields as CSV. */
export const csvLines = (rows: readonly (readonly (string | number | undefined)[])[]): string =>
  rows.map((row) => `${row.map(csvField).join(',')}\r\n`).join('');

/**
 * One field after RFC 4180: quoted where it holds a comma, a quote or a line break; empty for nothing. Text that a
 * spreadsheet would run as a formula gets an apostrophe before it (OWASP, "CSV Injection"); numbers are numbers.
 */
export function csvField(value: string | number | undefined): string {
  if (typeof value === 'number') return String(value);
  const text = value === undefined ? '' : /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
