import { largestOf } from '../../shared/largestOf';
import type { Workload } from './workload';

/** What a score may not exceed, where more has been too much for a card. */
export interface Ceiling {
  /** Positions of a batch at most. */
  readonly tokens?: number;
  /** Weights and states do not fit together: one block at a time. */
  readonly streaming?: boolean;
}

/**
 * One size smaller: batches of half the size, at last one block at a time, and then smaller batches again.
 * @returns undefined where one sample in one block is too much
 */
export function smallerWork(work: Workload | undefined): (Ceiling & { readonly words: string }) | undefined {
  if (work === undefined) return undefined;
  const divisible = work.items.filter(({ batch }) => batch.members.length > 1);
  const streaming = work.mode === 'streaming';
  if (divisible.length > 0) {
    const largest = largestOf(divisible.map(({ batch }) => batch.members.length * batch.length));
    const tokens = Math.max(1, Math.floor(largest / 2));
    return { tokens, streaming, words: `Trying again with batches of at most ${tokens} tokens.` };
  }
  if (streaming) return undefined;
  return { streaming: true, words: 'Trying again with one block of the model at a time.' };
}
