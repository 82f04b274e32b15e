import { entryAt, textOf, type ConfigEntry, type MapNode } from '../tree';

/** How far the word that makes a file one of ours is typed: whole, not whole yet, or something else. */
export type Typed = 'whole' | 'begun' | 'other';

/** A value that may still become one of these words: nothing behind the key yet, or the beginning of a word. */
export function typed(entry: ConfigEntry | undefined, words: readonly string[]): Typed {
  if (!entry) return 'other';
  const { value } = entry;
  if (!value || value.kind === 'opaque' || (value.kind === 'scalar' && value.value === null)) return 'begun';
  // A quote that is not closed takes the line's comma in.
  const text = textOf(value)?.replace(/[",\s]+$/, '');
  if (text === undefined) return 'other';
  if (words.includes(text)) return 'whole';
  return words.some((word) => word.startsWith(text)) ? 'begun' : 'other';
}

/** Whether one of these keys stands there, with or without a value. */
export const hasKey = (root: MapNode, ...paths: readonly string[]): boolean =>
  paths.some((path) => entryAt(root, path) !== undefined);

/** Whether one of these keys has a value. */
export const hasValue = (root: MapNode, ...paths: readonly string[]): boolean =>
  paths.some((path) => {
    const value = entryAt(root, path)?.value;
    return value !== undefined && !(value.kind === 'scalar' && value.value === null);
  });

export const textAt = (root: MapNode, path: string): string | undefined => textOf(entryAt(root, path)?.value);
