/** A table to be copied: the numbers with every digit, and as the page prints them. */
export interface CopyTable {
  /** What it shows, in a sentence without a full stop. */
  readonly caption: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly CopyCell[])[];
}

export interface CopyCell {
  /** For programs; nothing is an empty field. */
  readonly value: string | number | undefined;
  /** For people. */
  readonly text: string;
}

/** The forms in which a table can be copied. */
export const copyForms = ['CSV', 'Markdown', 'LaTeX'] as const;
export type CopyForm = (typeof copyForms)[number];

export const counted = (value: number): CopyCell => ({ value, text: String(value) });
export const worded = (text: string): CopyCell => ({ value: text, text });
