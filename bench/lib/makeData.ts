import { writeFile } from 'node:fs/promises';
import { xorshift32 } from './randomNumbers';

export interface DataOptions {
  readonly samples: number;
  readonly vocabulary: number;
  /** Tokens of each sample: one length for all, or the shortest and the longest, drawn evenly. */
  readonly tokens: number | readonly [number, number];
  /** Classes for a classification task; without it the targets are the inputs, as in language modeling. */
  readonly labels?: number;
  readonly seed?: number;
}

/**
 * Writes a JSONL file of samples of random tokens, the same for the same seed. Nothing is padded: a reader pads as it
 * batches. Small ids, often those of special tokens, are not drawn.
 */
export async function makeData(file: string, options: DataOptions): Promise<void> {
  const { samples, vocabulary, tokens, labels, seed = 1 } = options;
  const [shortest, longest] = typeof tokens === 'number' ? [tokens, tokens] : tokens;
  const next = xorshift32(seed);
  const special = Math.min(8, vocabulary >> 1);
  const lines = Array.from({ length: samples }, () => {
    const length = shortest + (next() % (longest - shortest + 1));
    const ids = Array.from({ length }, () => special + (next() % (vocabulary - special)));
    return JSON.stringify({
      input_ids: ids,
      attention_mask: ids.map(() => 1),
      ...(labels === undefined ? {} : { labels: next() % labels }),
    });
  });
  await writeFile(file, `${lines.join('\n')}\n`);
}
