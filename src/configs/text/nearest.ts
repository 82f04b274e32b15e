import { closest, distance } from 'fastest-levenshtein';

/** Near enough to be a slip of the keys: two letters changed places, or a few of a long word are wrong. */
export const isNear = (word: string, known: string): boolean =>
  distance(word, known) <= Math.max(2, 0.4 * Math.max(word.length, known.length));

/** The known word that a written one is nearest to; of several the first. */
export const nearestOf = (word: string, known: readonly string[]): string | undefined =>
  known.length === 0 ? undefined : closest(word, known);
