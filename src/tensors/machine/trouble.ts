/** What keeps a library from a graphics card, in words. */
export interface Trouble {
  /** Stable, in kebab-case. */
  readonly code: string;
  /** One sentence: what is missing, naming the card. */
  readonly sentence: string;
  /** One imperative sentence, with the command where there is one. */
  readonly fix: string;
}

/** "a", "a and b", "a, b and c". */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
