import type { TaskSource } from '../shared/taskSource';
import { chatSample } from './chat/chatSample';
import { isConversation } from './chat/messages';
import { column, integers, lineError, tokenIds, type Line } from './lineFields';
import { promptSample } from './promptSample';
import { finished } from './targets';
import { requireTokenizer, type TextTokenizer } from './tokenizer';

export { ignored } from './targets';

/** One sample ready for a language model. */
export interface Sample {
  /** Token ids, at least two. */
  readonly ids: readonly number[];
  /** As long as `ids`, not shifted: the loss at position t is of `targets[t + 1]`; -100 = not trained on. */
  readonly targets: readonly number[];
  /** Set where tokens were cut. */
  readonly truncated?: true;
}

/** One text ready for a model with a classification head. */
export interface ClassSample {
  readonly ids: readonly number[];
  /** Segment of each token (BERT's `token_type_ids`); all 0 where absent. */
  readonly segments?: readonly number[] | undefined;
  /** Class number. */
  readonly label: number;
  /** Set where tokens were cut. */
  readonly truncated?: true;
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
 * One row of a data file as a sample of a language model. Text and conversations need the tokenizer; rows with `input_ids`
 * are taken as they are. A classification row becomes prompt and label text, with the loss on the label's tokens alone; a
 * causal-lm row is trained on as a whole, on what follows its prompt, or on what the assistant says.
 *
 * @param where file and line for messages
 * @param maxLength longest sample in tokens; how a longer one is cut: here at its end, else see promptSample
 * @throws LabError data-line-invalid, data-column-missing, tokenizer-missing, tokenizer-invalid, option-invalid
 */
export function toSample(
  record: Line,
  task: TaskSource,
  tokenizer: TextTokenizer | undefined,
  maxLength: number,
  where: string,
): Sample {
  if ('input_ids' in record) return tokenized(record, maxLength, where);
  const known = requireTokenizer(tokenizer, where);
  if (isConversation(record, task)) return chatSample(record, known, maxLength, where);
  if (task.kind === 'classification' || task.prompt !== undefined) {
    return promptSample(record, task, known, maxLength, where);
  }
  const ids = known.encode(column(record, task.text, where));
  return finished(ids, ids, maxLength, where);
}

function tokenized(record: Line, maxLength: number, where: string): Sample {
  const { ids, length } = tokenIds(record, where);
  const targets = integers(record, 'labels', where) ?? ids;
  if (targets.length !== ids.length) throw lineError(where, '"labels" must be as long as "input_ids"');
  return finished(ids.slice(0, length), targets.slice(0, length), maxLength, where);
}
