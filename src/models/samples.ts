import { LabError } from '../shared/errors';
import { defaultPrompt, type TaskSource } from '../shared/taskSource';
import { column, integers, lineError, tokenIds } from './lineFields';
import { requireTokenizer, type TextTokenizer } from './tokenizer';

/** One sample ready for a language model. */
export interface Sample {
  /** Token ids, at least two. */
  readonly ids: readonly number[];
  /** As long as `ids`, not shifted: the loss at position t is of `targets[t + 1]`; -100 = not trained on. */
  readonly targets: readonly number[];
}

export const ignored = -100;

/** One text ready for a model with a classification head. */
export interface ClassSample {
  readonly ids: readonly number[];
  /** Segment of each token (BERT's `token_type_ids`); all 0 where absent. */
  readonly segments?: readonly number[] | undefined;
  /** Class number. */
  readonly label: number;
}

/** One image ready for a model with a classification head. */
export interface ImageSample {
  /** [channels · height · width] */
  readonly pixels: Float32Array;
  readonly label: number;
  /** Positions that the model makes of it. */
  readonly length: number;
}

export type AnySample = Sample | ClassSample | ImageSample;

export const lengthOf = (sample: AnySample): number =>
  'pixels' in sample ? sample.length : sample.ids.length;

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
  const known = requireTokenizer(tokenizer, where);
  const text = column(record, task.text, where);
  if (task.kind !== 'classification') {
    const ids = known.encode(text).slice(0, maxLength);
    return checked({ ids, targets: ids }, where);
  }
  const label = column(record, task.label ?? 'label', where);
  return classification(text, label, task.prompt ?? defaultPrompt, known, maxLength, where);
}

function classification(
  text: string,
  label: string,
  prompt: string,
  tokenizer: TextTokenizer,
  maxLength: number,
  where: string,
): Sample {
  const filled = (shown: string): string => prompt.replace('{text}', () => shown);
  const fill = (shown: string): number[] => withoutEnd(filled(shown), tokenizer);
  const labelIds = labelTokens(filled(text), label, tokenizer);
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

/**
 * The tokens of a label behind a prompt. Encoded by itself a label may begin otherwise: tokenizers in the manner of
 * SentencePiece put a space before every text, which would count as a token to predict.
 */
function labelTokens(prompt: string, label: string, tokenizer: TextTokenizer): number[] {
  const before = tokenizer.encodePlain(prompt);
  const whole = tokenizer.encodePlain(`${prompt} ${label}`);
  const goesOn = whole.length > before.length && before.every((id, index) => whole[index] === id);
  return goesOn ? whole.slice(before.length) : tokenizer.encodePlain(` ${label}`);
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
  const { ids, length } = tokenIds(record, where);
  const targets = integers(record, 'labels', where) ?? ids;
  if (targets.length !== ids.length) throw lineError(where, '"labels" must be as long as "input_ids"');
  const end = Math.min(length, maxLength);
  return checked({ ids: ids.slice(0, end), targets: targets.slice(0, end) }, where);
}

function checked(sample: Sample, where: string): Sample {
  if (!sample.targets.slice(1).some((target) => target !== ignored)) {
    throw lineError(where, 'no token to predict is left');
  }
  return sample;
}
