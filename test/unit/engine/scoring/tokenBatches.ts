import path from 'node:path';
import { readModelFolder } from '../../../../src/files/modelFolder';
import { makeBatches, type Batch } from '../../../../src/models/batches';
import { openModel } from '../../../../src/models/openModel';
import type { Sample } from '../../../../src/models/samples';
import type { Transformer } from '../../../../src/models/transformer';
import { smallLlama, writeRandomLlama } from '../../models/randomLlama';

/** Samples of these lengths, for what depends on shapes alone. */
export const samplesOf = (lengths: readonly number[]): Sample[] =>
  lengths.map((length) => {
    const ids = Array.from({ length }, (_, n) => n % smallLlama.vocab_size);
    return { ids, targets: ids };
  });

/** One batch of so many samples, all of one length. */
export const batchOf = (samples: number, length: number): Batch =>
  makeBatches(samplesOf(Array<number>(samples).fill(length)), samples, 1)[0]!;

/** A small Llama with changed sizes; no weight of it is read. */
export async function openSmall(
  folder: string,
  change: Partial<typeof smallLlama> = {},
): Promise<Transformer> {
  const at = path.join(folder, JSON.stringify(change).replace(/\W+/g, ' '));
  await writeRandomLlama(at, { ...smallLlama, ...change });
  return openModel(await readModelFolder(at));
}
