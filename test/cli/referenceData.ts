import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from './commandLine';

/** A tiny Llama with PyTorch's numbers for it (test/reference/data/README.md). */
export const referenceModel = path.join(root, 'test', 'reference', 'data', 'llama-1');

interface Inputs {
  readonly input_ids: readonly number[][];
  readonly attention_mask: readonly number[][];
  readonly labels: readonly number[][];
}

export interface Expected {
  readonly loss_per_sample: readonly number[];
  readonly matrices: Readonly<
    Record<string, { per_sample_grad_sq_norm: readonly number[]; fisher_trace: number }>
  >;
}

const read = <T>(name: string): T => JSON.parse(readFileSync(path.join(referenceModel, name), 'utf8')) as T;

export const expected = (): Expected => read<Expected>('expected.json');

/** Writes its inputs as tokenized lines, padded as they are. */
export async function writeReferenceData(file: string): Promise<void> {
  const { input_ids, attention_mask, labels } = read<Inputs>('inputs.json');
  const lines = input_ids.map((ids, sample) =>
    JSON.stringify({ input_ids: ids, attention_mask: attention_mask[sample], labels: labels[sample] }),
  );
  await writeFile(file, `${lines.join('\n')}\n`);
}
