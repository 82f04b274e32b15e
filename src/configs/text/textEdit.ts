import type { TextRange } from './yamlText';

/** Puts `text` in the place of a range; an empty range inserts. */
export interface TextEdit extends TextRange {
  readonly text: string;
}

/** The text after edits whose ranges are in its own offsets, rise and do not overlap; insertions at one place keep order. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let done = 0;
  for (const edit of edits) {
    result += text.slice(done, edit.start) + edit.text;
    done = edit.end;
  }
  return result + text.slice(done);
}

/** Sorts edits for `applyEdits`; those at one place stay in their order, insertions before replacements. */
export const sortEdits = (edits: readonly TextEdit[]): TextEdit[] =>
  [...edits].sort((a, b) => a.start - b.start || a.end - b.end);

/** Lines inserted at the end of a text whose last line has no newline need one before them. */
export function startOnNewLine(edits: readonly TextEdit[], text: string, newline: string): TextEdit[] {
  const missing = text !== '' && !text.endsWith('\n');
  const first = edits.findIndex(
    ({ start, text: inserted }) => missing && start === text.length && inserted.endsWith('\n'),
  );
  return edits.map((edit, index) => (index === first ? { ...edit, text: newline + edit.text } : edit));
}
