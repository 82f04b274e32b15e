import { LabError } from '../shared/errors';
import { columnOf, defaultPrompt, promptColumns, promptParts, type TaskSource } from '../shared/taskSource';
import { column, type Line } from './lineFields';
import type { Sample } from './samples';
import { finished, ignored } from './targets';
import { continuation, framed, withoutEnd } from './textTokens';
import type { TextTokenizer } from './tokenizer';

/**
 * A prompt and what follows it, with the loss on the latter's tokens alone: the label of a classification row, behind a
 * space; or the text of a causal-lm row, right behind the prompt.
 *
 * Where the two are too long, the longest of the prompt's columns is cut at its end, and the words between them and the
 * label stay whole. The text of a causal-lm row counts as one of the columns.
 *
 * @throws LabError data-line-invalid, data-column-missing, option-invalid
 */
export function promptSample(
  line: Line,
  task: TaskSource,
  tokenizer: TextTokenizer,
  maxLength: number,
  where: string,
): Sample {
  const columns = promptColumns(task);
  const completes = task.kind !== 'classification';
  if (completes && columns.includes(task.text)) {
    throw new LabError(
      'option-invalid',
      `The prompt of task '${task.name}' names {${task.text}}, the column that is to follow it.`,
      'Name other columns in the prompt, or another one in text.',
    );
  }
  const shown = new Map(columns.map((name) => [name, column(line, name, where)]));
  const fill = fillerOf(task, shown, tokenizer);
  const prompt = fill(Infinity);
  const answer = completes
    ? completion(prompt, column(line, task.text, where), tokenizer)
    : continuation(prompt, ` ${column(line, task.label ?? 'label', where)}`, tokenizer);

  let promptIds = withoutEnd(prompt, tokenizer);
  let kept = answer.length;
  const excess = promptIds.length + kept - maxLength;
  if (excess > 0) {
    const lengths = fill.lengths();
    if (completes) lengths.push(answer.length);
    // Cutting may change how the seams are tokenized, so cut until it fits.
    for (let limit = limitThatDrops(excess, lengths); promptIds.length + kept > maxLength; limit--) {
      if (limit <= 0) throw noRoom(completes, maxLength, where);
      promptIds = withoutEnd(fill(limit), tokenizer);
      if (completes) kept = Math.min(answer.length, limit);
    }
  }
  const targets = [...promptIds.map(() => ignored), ...answer.slice(0, kept)];
  return finished([...promptIds, ...answer.slice(0, kept)], targets, maxLength, where, excess > 0);
}

interface Filler {
  /** The prompt with each column cut after so many tokens. */
  (limit: number): string;
  /** Tokens of each column, as often as the prompt names it. */
  lengths(): number[];
}

function fillerOf(task: TaskSource, shown: ReadonlyMap<string, string>, tokenizer: TextTokenizer): Filler {
  const parts = promptParts(task.prompt ?? defaultPrompt);
  const tokens = new Map<string, readonly number[]>();
  const textOf = (name: string): string => shown.get(columnOf(name, task)) ?? '';
  const tokensOf = (name: string): readonly number[] => {
    const known = tokens.get(name) ?? tokenizer.encodePlain(textOf(name));
    tokens.set(name, known);
    return known;
  };
  const cut = (name: string, limit: number): string =>
    limit === Infinity || tokensOf(name).length <= limit
      ? textOf(name)
      : tokenizer.decode(tokensOf(name).slice(0, limit));
  const fill = (limit: number): string =>
    parts.map((part) => ('column' in part ? cut(part.column, limit) : part.words)).join('');
  return Object.assign(fill, {
    lengths: () => parts.flatMap((part) => ('column' in part ? [tokensOf(part.column).length] : [])),
  });
}

/** The text behind the prompt, and what the tokenizer puts behind a text. */
const completion = (prompt: string, text: string, tokenizer: TextTokenizer): number[] => [
  ...continuation(prompt, text, tokenizer),
  ...(framed(text, tokenizer)?.behind ?? []),
];

/** The highest limit at which lists of these lengths lose so many tokens together; may be below 1. */
function limitThatDrops(excess: number, lengths: readonly number[]): number {
  const longestFirst = [...lengths].sort((a, b) => b - a);
  let limit = -Infinity;
  let sum = 0;
  // With the longest `count` cut to one length, the sum of what they keep is to be `sum - excess`.
  longestFirst.forEach((length, index) => {
    sum += length;
    limit = Math.max(limit, Math.floor((sum - excess) / (index + 1)));
  });
  return limit;
}

const noRoom = (completes: boolean, maxLength: number, where: string): LabError =>
  new LabError(
    'data-line-invalid',
    `${where}: ${completes ? 'the prompt leaves' : 'prompt and label leave'} no room for the text in max_length ${maxLength}.`,
    'Raise max_length or shorten the prompt.',
  );
