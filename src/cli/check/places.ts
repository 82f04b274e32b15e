import path from 'node:path';
import { positionAt, type TextRange } from '../../configs/text/yamlText';

/** A place for people: lines and columns from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export function placeAt(text: string, offset: number): Place {
  const { line, column } = positionAt(text, offset);
  return { line: line + 1, column: column + 1 };
}

export const placesOf = (
  text: string,
  { start, end }: TextRange,
): { readonly start: Place; readonly end: Place } => ({
  start: placeAt(text, start),
  end: placeAt(text, end),
});

/** As seen from the working directory, with forward slashes on every system. */
export const shownPath = (file: string): string =>
  (path.relative(process.cwd(), file) || path.basename(file)).replaceAll(path.sep, '/');
