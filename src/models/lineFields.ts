import { LabError } from '../shared/errors';

/** One line of a data file, decoded. */
export type Line = Readonly<Record<string, unknown>>;

/** A list of integers; undefined where the key is absent. @throws LabError data-line-invalid */
export function integers(line: Line, key: string, where: string): number[] | undefined {
  const value = line[key];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((item) => Number.isInteger(item))) {
    throw lineError(where, `"${key}" must be a list of integers`);
  }
  return value as number[];
}

/**
 * The tokens of a line that is tokenized already, and how many of them are real.
 * @throws LabError data-line-invalid
 */
export function tokenIds(line: Line, where: string): { ids: number[]; length: number } {
  const ids = integers(line, 'input_ids', where) ?? [];
  const mask = integers(line, 'attention_mask', where) ?? ids.map(() => 1);
  if (mask.length !== ids.length) throw lineError(where, '"attention_mask" must be as long as "input_ids"');
  const length = mask.lastIndexOf(1) + 1;
  if (mask.slice(0, length).includes(0)) throw lineError(where, 'padding must be on the right');
  return { ids, length };
}

/** What to do where a column is missing. */
export const nameColumns =
  'Name the columns in the task (text:, label:, prompt:) or with --text, --label and --prompt.';

/** The text of a column. @throws LabError data-column-missing */
export function column(line: Line, name: string, where: string): string {
  const value = line[name];
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new LabError(
    'data-column-missing',
    `${where} has no text in the column "${name}"; it has ${Object.keys(line).join(', ') || 'nothing'}.`,
    nameColumns,
  );
}

export const lineError = (where: string, what: string): LabError =>
  new LabError('data-line-invalid', `${where}: ${what}.`, 'Correct the line and start again.');
