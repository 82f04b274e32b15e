import { LabError } from '../shared/errors';
import { defaultPrompt, type TaskSource } from '../shared/taskSource';
import type { TextTokenizer } from './tokenizer';

/** One sample ready for a causal model. */
export interface Sample {
  /** Token ids, at least two. */
  readonly ids: readonly number[];
  /** As long as `ids`, not shifted: the loss at position t is of `targets[t + 1]`; -100 = not trained on. */
  readonly targets: readonly number[];
}

export const ignored = -100;

/**
 * One line of a data file as a sample. Text lines need the tokenizer; lines with `input_ids` are taken as they are.
 * A classification line becomes prompt and label text, with the loss on the label's tokens alone.
 *
 * @param where file and line for messages
 * @param maxLength longest sample in tokens: a causal-lm text is cut at its end, a classification text inside the prompt
 * @throws LabError data-line-invalid, data-column-missing
 */
export function toSample(
  record: Readonly<Record<string, unknown>>,
  task: TaskSource,
  tokenizer: TextTokenizer | undefined,
  maxLength: number,
  where: string,
): Sample {
  if ('input_ids' in record) return tokenized(record, maxLength, where);
  if (tokenizer === undefined) {
    throw new LabError(
      'tokenizer-missing',
      `${where} is text, but the model folder has no tokenizer.json.`,
      'Add the tokenizer.json of the model, or give lines with input_ids.',
    );
  }
  const text = column(record, task.text, where);
  if (task.kind !== 'classification') {
    const ids = tokenizer.encode(text).slice(0, maxLength);
    return checked({ ids, targets: ids }, where);
  }
  const label = column(record, task.label ?? 'label', where);
  return classification(text, label, task.prompt ?? defaultPrompt, tokenizer, maxLength, where);
}

function classification(
  text: string,
  label: string,
  prompt: string,
  tokenizer: TextTokenizer,
  maxLength: number,
  where: string,
): Sample {
  const labelIds = tokenizer.encodePlain(` ${label}`);
  const fill = (shown: string): number[] =>
    withoutEnd(
      prompt.replace('{text}', () => shown),
      tokenizer,
    );
  let promptIds = fill(text);
  const room = maxLength - labelIds.length;
  if (promptIds.length > room) {
    const textIds = tokenizer.encodePlain(text);
    // Cutting may change how the seam is tokenized, so cut until it fits.
    for (let keep = textIds.length - (promptIds.length - room); promptIds.length > room; keep--) {
      if (keep <= 0) {
        throw new LabError(
          'data-line-invalid',
          `${where}: prompt and label leave no room for the text in max_length ${maxLength}.`,
          'Raise score.max_length or shorten the prompt.',
        );
      }
      promptIds = fill(tokenizer.decode(textIds.slice(0, keep)));
    }
  }
  const targets = [...promptIds.map(() => ignored), ...labelIds];
  return checked({ ids: [...promptIds, ...labelIds], targets }, where);
}

/** The tokens of a text that goes on: some tokenizers put an end token behind whatever they encode. */
function withoutEnd(text: string, tokenizer: TextTokenizer): number[] {
  const ids = tokenizer.encode(text);
  const plain = tokenizer.encodePlain(text);
  for (let start = 0; start + plain.length <= ids.length; start++) {
    if (plain.every((id, index) => ids[start + index] === id)) return ids.slice(0, start + plain.length);
  }
  return ids;
}

function tokenized(record: Readonly<Record<string, unknown>>, maxLength: number, where: string): Sample {
  const list = (key: string): number[] | undefined => {
    const value = record[key];
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || !value.every((item) => Number.isInteger(item))) {
      throw lineError(where, `"${key}" must be a list of integers`);
    }
    return value as number[];
  };
  const ids = list('input_ids') ?? [];
  const mask = list('attention_mask') ?? ids.map(() => 1);
  const targets = list('labels') ?? ids;
  if (mask.length !== ids.length || targets.length !== ids.length) {
    throw lineError(where, '"attention_mask" and "labels" must be as long as "input_ids"');
  }
  const length = mask.lastIndexOf(1) + 1;
  if (mask.slice(0, length).includes(0)) throw lineError(where, 'padding must be on the right');
  const end = Math.min(length, maxLength);
  return checked({ ids: ids.slice(0, end), targets: targets.slice(0, end) }, where);
}

function checked(sample: Sample, where: string): Sample {
  if (!sample.targets.slice(1).some((target) => target !== ignored)) {
    throw lineError(where, 'no token to predict is left');
  }
  return sample;
}

function column(record: Readonly<Record<string, unknown>>, name: string, where: string): string {
  const value = record[name];
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new LabError(
    'data-column-missing',
    `${where} has no text in the column "${name}"; it has ${Object.keys(record).join(', ') || 'nothing'}.`,
    'Name the columns in the task (text:, label:) or with --text and --label.',
  );
}

const lineError = (where: string, what: string): LabError =>
  new LabError('data-line-invalid', `${where}: ${what}.`, 'Correct the line and start again.');
