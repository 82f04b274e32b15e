import { promptParts } from '../../shared/taskSource';
import type { TaskKind } from '../../shared/words';
import { mostClasses, type ColumnPeek, type DataPeek } from './peekData';

/** What the head of a model can be trained to do. */
export type Ability = 'language' | 'classes' | 'images';

/** What is to be learned from a row. */
export interface TaskGuess {
  readonly kind: TaskKind;
  /** Columns, as an experiment names them; absent where the rows need none named. */
  readonly text?: string;
  readonly label?: string;
  readonly prompt?: string;
}

/** Which columns the model reads, and which one it learns to give. */
export interface ColumnGuess {
  /** One, or two that make one prompt. */
  readonly reads: readonly string[];
  /** Undefined: the text itself. */
  readonly gives: string | undefined;
  /** Whether the names of all columns say so. */
  readonly isSure: boolean;
}

const readNames = [
  ...['text', 'sentence', 'content', 'prompt', 'instruction', 'question', 'query'],
  ...['input', 'document', 'article', 'review', 'message', 'abstract', 'title'],
];
const classNames = ['label', 'labels', 'class', 'category', 'target', 'sentiment', 'intent', 'topic'];
const answerNames = [
  'output',
  'response',
  'completion',
  'answer',
  'chosen',
  'summary',
  'translation',
  'target',
];
/** What stands before a prompt or behind it and belongs to it. */
const second: Readonly<Record<string, string>> = { instruction: 'input', question: 'context' };

const isId = (name: string): boolean =>
  /^(?:id|idx|index|guid|uuid|row|__index_level_0__|.*_id)$/i.test(name);

/** Rows that say by themselves what is learned: tokens, images, conversations. Undefined where columns must be named. */
export function guessWhole({ columns }: DataPeek, ability: Ability): TaskGuess | undefined {
  const has = (name: string): boolean => columns.some((column) => column.name === name);
  if (ability === 'images') return { kind: 'image-classification' };
  if (has('input_ids')) return { kind: ability === 'classes' ? 'classification' : 'causal-lm' };
  const talks = columns.some(
    ({ name, kind }) => (name === 'messages' || name === 'conversations') && kind !== 'text',
  );
  return talks && ability === 'language' && !has('text') ? { kind: 'causal-lm' } : undefined;
}

/** Guesses the columns by their names and by what is in them. */
export function guessColumns({ columns }: DataPeek, ability: Ability): ColumnGuess {
  const find = (names: readonly string[], fits: (column: ColumnPeek) => boolean): ColumnPeek | undefined =>
    names.flatMap((name) => columns.find((one) => one.name.toLowerCase() === name && fits(one)) ?? [])[0];
  const named = find(readNames, isText);
  const longest = [...columns]
    .filter((column) => isText(column) && !isId(column.name))
    .sort((a, b) => b.longest - a.longest)[0];
  const read = named ?? longest ?? columns[0];
  const others = columns.filter((column) => column !== read);
  const other = (names: readonly string[], fits: (column: ColumnPeek) => boolean): ColumnPeek | undefined =>
    find(names, (column) => column !== read && fits(column));
  const classes =
    other(classNames, (column) => isClasses(column)) ??
    (ability === 'classes' ? others.find((column) => !isId(column.name) && isClasses(column)) : undefined);
  const answers = ability === 'language' ? other(answerNames, isText) : undefined;
  const gives = classes ?? answers ?? others.find((column) => !isId(column.name) && isClasses(column));
  const extra = read && gives && !isClasses(gives) ? second[read.name.toLowerCase()] : undefined;
  const both = columns.find(({ name }) => name.toLowerCase() === extra && name !== gives?.name);
  const reads = [...(both ? [both, read] : [read])].flatMap((column) => column?.name ?? []);
  if (read?.name.toLowerCase() === 'instruction') reads.reverse();
  const used = new Set([...reads, ...(gives ? [gives.name] : [])]);
  const isSure =
    named !== undefined &&
    (gives === undefined || gives === classes || gives === answers) &&
    columns.every(({ name }) => used.has(name) || isId(name));
  return { reads, gives: gives?.name, isSure };
}

/** What is learned from columns. */
export function taskOf(reads: readonly string[], gives: ColumnPeek | undefined, ability: Ability): TaskGuess {
  const [first = 'text'] = reads;
  if (gives === undefined) return { kind: 'causal-lm', text: first };
  if (ability !== 'language' || isClasses(gives))
    return { kind: 'classification', text: first, label: gives.name };
  return { kind: 'causal-lm', text: gives.name, prompt: `${reads.map((name) => `{${name}}`).join('\n')}\n` };
}

/** Whether a prompt can name a column. */
export const canBePrompt = (name: string): boolean =>
  promptParts(`{${name}}`).some((part) => 'column' in part && part.column === name);

/** Whether values are classes and not texts: few different ones that are short, of many rows. */
export function isClasses({ name, kind, values, seen, longest }: ColumnPeek): boolean {
  if (kind === 'list' || kind === 'object') return false;
  const isNamed = classNames.includes(name.toLowerCase());
  // Too few rows to tell by.
  if (seen < 8) return kind === 'boolean' || (isNamed && longest <= 40);
  return values.length <= mostClasses && longest <= 40 && (isNamed || values.length * 2 <= seen);
}

export const isText = ({ kind }: ColumnPeek): boolean => kind === 'text' || kind === 'unknown';
