import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { smallLlama, writeRandomLlama } from '../models/randomLlama';
import { numbers } from '../tensors/numbers';

/** Tokenized lines of lengths from 4 to 19 tokens. */
export function tokenizedLines(count: number, seed: number): string {
  const line = (n: number): string => {
    const ids = numbers(4 + ((n * 7) % 16), seed * 1000 + n);
    const input_ids = [...ids].map((value) => Math.floor(((value + 1) / 2) * smallLlama.vocab_size));
    return `${JSON.stringify({ input_ids })}\n`;
  };
  return Array.from({ length: count }, (_, n) => line(n)).join('');
}

/** Comments, order and quotes that must survive whatever is written into the file. */
export const experimentText = `# Two tasks on a small Llama.
version: 1
model: "models/small"   # two layers

tasks:
  - { name: first, kind: causal-lm, train: data/first.jsonl }
  - name: second        # shorter
    kind: causal-lm
    train: data/second.jsonl
method: floe # keep the best layers
adapter: { targets: [q_proj, down_proj], rank: 2, alpha: 4, experts: 3 }
score: { samples: 12, batch_size: 4, max_length: 16 }
budget: { layers: 50% }
`;

/**
 * Writes a model, two tokenized tasks of 10 and 7 samples and an experiment over them.
 * @returns the experiment's path
 */
export async function writeSmallExperiment(folder: string, text = experimentText): Promise<string> {
  await writeRandomLlama(path.join(folder, 'models', 'small'));
  await mkdir(path.join(folder, 'data'), { recursive: true });
  await writeFile(path.join(folder, 'data', 'first.jsonl'), tokenizedLines(10, 1));
  await writeFile(path.join(folder, 'data', 'second.jsonl'), tokenizedLines(7, 2));
  const file = path.join(folder, 'small.adapter.yaml');
  await writeFile(file, text);
  return file;
}
