import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';

const sample = path.resolve(__dirname, '../../media/sample');

/** How the question of each of the sample's tasks ends, and the epochs that are about 60 steps of 8 samples. */
export const sampleTasks = {
  sentiment: { ending: 'Sentiment:', epochs: 0.24 },
  spam: { ending: 'This mail is:', epochs: 0.3 },
  gloss: { ending: 'Kind:', epochs: 0.27 },
} as const;
export type SampleTask = keyof typeof sampleTasks;

/**
 * Writes an experiment over one task of the sample, judged by its first 60 validation samples at half and at the end of some 60
 * steps; the model and data beside it.
 *
 * @param more lines of the experiment: method, adapter, score and so on
 * @returns its file
 */
export async function writeSampleTask(
  folder: string,
  task: SampleTask,
  name: string,
  seeds: readonly number[],
  more: string,
): Promise<string> {
  const { ending, epochs } = sampleTasks[task];
  mkdirSync(folder, { recursive: true });
  if (!existsSync(path.join(folder, 'model')))
    await cp(path.join(sample, 'model'), path.join(folder, 'model'), { recursive: true });
  await cp(path.join(sample, 'data', `${task}.train.jsonl`), path.join(folder, 'train.jsonl'));
  const lines = readFileSync(path.join(sample, 'data', `${task}.validation.jsonl`), 'utf8').split('\n');
  writeFileSync(path.join(folder, 'validation.jsonl'), `${lines.slice(0, 60).join('\n')}\n`);
  const file = path.join(folder, `${name}.adapter.yaml`);
  const train = `epochs: ${epochs}, learning_rate: 5e-3, batch_size: 8, max_length: 64`;
  writeFileSync(
    file,
    `version: 1
model: model
tasks:
  - name: ${task}
    kind: classification
    train: train.jsonl
    validation: validation.jsonl
    prompt: "{text}\\n${ending}"
${more}
train: { ${train}, seeds: [${seeds.join(', ')}], evaluations: ${Math.round(2 / epochs)} }
`,
  );
  return file;
}
