import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The part of an experiment that is about a task of the sample, on few validation data. */
export const fewTask = `version: 1
model: model
tasks:
  - name: spam
    kind: classification
    train: data/spam.train.jsonl
    validation: data/spam.few.jsonl
    prompt: "{text}\\nThis mail is:"
`;

/** Writes the first lines of the sample's validation data as a file of their own, which trainings in windows are soon done with. */
export function writeFew(folder: string): void {
  const lines = readFileSync(join(folder, 'data', 'spam.validation.jsonl'), 'utf8').split('\n');
  writeFileSync(join(folder, 'data', 'spam.few.jsonl'), `${lines.slice(0, 32).join('\n')}\n`);
}
