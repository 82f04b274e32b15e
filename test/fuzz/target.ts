/** Numbers in [0, 1). */
export type Random = () => number;

/** What a reader is given: the text or the bytes of a file, or a message as JSON. */
export type FuzzInput = string | Uint8Array;

/** A sound input that mutations begin with. */
export interface Seed {
  readonly name: string;
  readonly input: FuzzInput;
}

/**
 * Something that reads what a stranger may have written. The promise is the same for all: an input gives a value or a
 * `LabError`, in bounded time and memory, leaves every prototype as it was, and opens no file outside of its folder.
 */
export interface FuzzTarget {
  readonly name: string;
  /** Prepares once. @param folder empty, absolute; the only one in which the target may open files */
  open(folder: string): Promise<OpenTarget>;
}

export interface OpenTarget {
  readonly seeds: readonly Seed[];
  /** An input that is near a seed. The same numbers give the same input. */
  mutate(seed: Seed, random: Random): FuzzInput;
  /**
   * Reads an input as the program does, and checks what of the value can be checked.
   * @returns whether it was taken; most mutations should not, and some must, or nothing behind the first check is tried
   */
  read(input: FuzzInput): boolean | Promise<boolean>;
}

/** An input as text. */
export const textOf = (input: FuzzInput): string =>
  typeof input === 'string' ? input : Buffer.from(input).toString('utf8');
