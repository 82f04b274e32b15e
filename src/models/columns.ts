import { LabError } from '../shared/errors';
import { promptColumns, type TaskSource } from '../shared/taskSource';
import { isConversation } from './chat/messages';
import { nameColumns } from './lineFields';
import type { DataLine } from './rows/rows';

/**
 * A column that no line has is a wrong name, and no single line is to blame for it. Lines that are already tokenized need
 * none, and conversations bring their own.
 *
 * @throws LabError data-column-missing
 */
export function requireColumns(lines: readonly DataLine[], task: TaskSource): void {
  const texts = lines.filter(({ record }) => !('input_ids' in record) && !isConversation(record, task));
  if (texts.length === 0) return;
  const prompted = promptColumns(task);
  const wanted =
    task.kind === 'classification' ? [...prompted, task.label ?? 'label'] : [task.text, ...prompted];
  const missing = wanted.find((column) => texts.every(({ record }) => !(column in record)));
  if (missing === undefined) return;
  const names = new Set(texts.flatMap(({ record }) => Object.keys(record)));
  throw new LabError(
    'data-column-missing',
    `No line of ${task.file} has the column "${missing}"; there ${names.size === 1 ? 'is' : 'are'} ${[...names].join(', ') || 'none'}.`,
    nameColumns,
  );
}
