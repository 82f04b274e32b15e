import { LabError } from '../shared/errors';
import type { TaskSource } from '../shared/taskSource';
import type { DataLine } from './dataFile';

/**
 * A column that no line has is a wrong name, and no single line is to blame for it. Lines that are already tokenized need
 * none.
 *
 * @throws LabError data-column-missing
 */
export function requireColumns(lines: readonly DataLine[], { file, kind, text, label }: TaskSource): void {
  const texts = lines.filter(({ record }) => !('input_ids' in record));
  if (texts.length === 0) return;
  const wanted = kind === 'classification' ? [text, label ?? 'label'] : [text];
  const missing = wanted.find((column) => texts.every(({ record }) => !(column in record)));
  if (missing === undefined) return;
  const names = new Set(texts.flatMap(({ record }) => Object.keys(record)));
  throw new LabError(
    'data-column-missing',
    `No line of ${file} has the column "${missing}"; there ${names.size === 1 ? 'is' : 'are'} ${[...names].join(', ') || 'none'}.`,
    'Name the columns in the task (text:, label:) or with --text and --label.',
  );
}
