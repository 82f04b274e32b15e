import type { TaskKind } from './words';

/** Where one task's samples come from and how they become tokens. */
export interface TaskSource {
  readonly name: string;
  readonly kind: TaskKind;
  /** Absolute path of the data that is scored: the training split. */
  readonly file: string;
  /** Column of the text; of what follows the prompt, for causal-lm with one. */
  readonly text: string;
  /** Column of the label, for classification. */
  readonly label?: string | undefined;
  /** What stands before a sample's label or, for causal-lm, before its text; `{name}` stands for a column. */
  readonly prompt?: string | undefined;
}

/** How a classification sample is put to a causal model where nothing else is said; the label's text follows. */
export const defaultPrompt = '{text}\nLabel:';

/** A piece of a prompt: words that are the same for every row, or the name of a column. */
export type PromptPart = { readonly words: string } | { readonly column: string };

/**
 * A prompt cut at the columns that it names. `{name}` names one, `{{name}}` is `{name}` itself; braces around anything but
 * a name, as in JSON or code, are what they are.
 */
export function promptParts(prompt: string): PromptPart[] {
  const named = /\{\{([\p{L}\p{N}_][\p{L}\p{N}_ ./-]*)\}\}|\{([\p{L}\p{N}_][\p{L}\p{N}_ ./-]*)\}/gu;
  const parts: PromptPart[] = [];
  let end = 0;
  for (const match of prompt.matchAll(named)) {
    const [whole, escaped, column] = match;
    parts.push({ words: prompt.slice(end, match.index) + (escaped === undefined ? '' : `{${escaped}}`) });
    if (column !== undefined) parts.push({ column });
    end = match.index + whole.length;
  }
  return [...parts, { words: prompt.slice(end) }];
}

/** The columns of a task's prompt, as the data names them: in a classification prompt, `{text}` is the task's text. */
export function promptColumns({
  kind,
  text,
  prompt,
}: Pick<TaskSource, 'kind' | 'text' | 'prompt'>): string[] {
  const known = prompt ?? (kind === 'classification' ? defaultPrompt : '');
  const names = promptParts(known).flatMap((part) => ('column' in part ? [part.column] : []));
  return [...new Set(names.map((name) => columnOf(name, { kind, text })))];
}

/** What `{name}` in a task's prompt stands for. */
export const columnOf = (name: string, { kind, text }: Pick<TaskSource, 'kind' | 'text'>): string =>
  name === 'text' && kind === 'classification' ? text : name;
