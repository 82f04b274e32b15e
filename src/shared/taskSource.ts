import type { TaskKind } from './words';

/** Where one task's samples come from and how they become tokens. */
export interface TaskSource {
  readonly name: string;
  readonly kind: TaskKind;
  /** Absolute path of the data that is scored: the training split. */
  readonly file: string;
  /** Column of the text. */
  readonly text: string;
  /** Column of the label, for classification. */
  readonly label?: string | undefined;
  /** Prompt of a classification sample, `{text}` standing for the text. */
  readonly prompt?: string | undefined;
}

/** How a classification sample is put to a causal model where nothing else is said; the label's text follows. */
export const defaultPrompt = '{text}\nLabel:';
