import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Session } from '../harness/session';

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

/** A window with an experiment of its own open, and the few validation data beside it. @param experiment the file's name */
export async function openWritten(experiment: string, text: string): Promise<Session> {
  const session = await Session.start({ viewport: { width: 1500, height: 1000 } });
  writeFew(session.folder);
  writeFileSync(join(session.folder, experiment), text);
  await session.workbench.active('adapter-lab.adapter-lab');
  await session.workbench.open(experiment);
  return session;
}
