import { lengthOf, type AnySample } from './samples';

/** How many samples were cut, and to how many tokens at most: a sentence without an end; undefined where none was. */
export function truncationNote(samples: readonly AnySample[]): string | undefined {
  const cut = samples.filter((sample) => 'truncated' in sample);
  if (cut.length === 0) return undefined;
  const longest = cut.reduce((length, sample) => Math.max(length, lengthOf(sample)), 0);
  return `${cut.length} of ${samples.length} samples ${cut.length === 1 ? 'was' : 'were'} cut to ${longest} tokens`;
}
