import { LabError } from '../shared/errors';
import type { TaskSource } from '../shared/taskSource';
import type { DataLine } from './dataFile';

/** Classes of a new head, at most. */
const most = 1000;

/**
 * The classes that tasks' labels name, in the order of their numbers: texts sorted; where all are numbers, as many classes as
 * the largest says.
 *
 * @param lines of each task
 * @throws LabError option-invalid where a label column is no list of classes
 */
export function classNames(
  tasks: readonly TaskSource[],
  lines: readonly (readonly DataLine[])[],
): readonly string[] {
  const found = new Set(
    tasks.flatMap((task, index) => (lines[index] ?? []).map(({ record }) => labelIn(record, task))),
  );
  // A row without one is refused by its line, when it is read.
  found.delete(undefined);
  found.delete(null);
  requireNames(tasks, [...found]);
  const labels = [...found].map(String).sort();
  const numbers = labels.map((label) => (/^\d+$/.test(label) ? Number(label) : NaN));
  const numbered = numbers.every((number) => !Number.isNaN(number));
  const count = numbered ? Math.max(-1, ...numbers) + 1 : labels.length;
  if (count < 2 || count > most) {
    throw new LabError(
      'option-invalid',
      `The labels of ${tasks.map(({ name }) => name).join(', ')} are ${count} classes; a new head can have 2 to ${most}.`,
      'Name the column with the label (label:), or use kind causal-lm.',
    );
  }
  return numbered ? Array.from({ length: count }, (_, id) => String(id)) : labels;
}

/** A tokenized row's label is its own `labels`, a text's the task's column. */
const labelIn = (record: DataLine['record'], { label = 'label' }: TaskSource): unknown =>
  'input_ids' in record || 'pixel_values' in record ? (record['labels'] ?? record['label']) : record[label];

/** Numbers are classes by themselves: from 0, whole, and not mixed with names. @throws LabError option-invalid */
function requireNames(tasks: readonly TaskSource[], labels: readonly unknown[]): void {
  const numbers = labels.filter((label) => typeof label === 'number');
  const isNumber = (label: unknown): boolean => typeof label === 'number' || /^\d+$/.test(String(label));
  const wrong =
    labels.find((label) => !['number', 'string', 'boolean'].includes(typeof label)) ??
    numbers.find((label) => !Number.isInteger(label) || label < 0) ??
    (numbers.length === 0 ? undefined : labels.find((label) => !isNumber(label)));
  if (wrong === undefined) return;
  throw new LabError(
    'option-invalid',
    `A label of ${tasks.map(({ name }) => name).join(', ')} is ${JSON.stringify(wrong)}; classes are names, or whole numbers from 0.`,
    'Write the labels as texts.',
  );
}
