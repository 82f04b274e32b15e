import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fuzzTarget, type FuzzSettings } from './fuzzTarget';
import { InputNote } from './inputNote';
import { targets } from './targets';

/** What a fuzzing process is sent; its clock is its own. */
export interface FuzzOrder extends Omit<FuzzSettings, 'until'> {
  readonly target: string;
  readonly forMs: number;
  /** An empty folder of its own, absolute; `note` is made beside the target's. */
  readonly folder: string;
}

export const noteIn = (folder: string): string => path.join(folder, 'note');
/** A line each, of kinds of failures, for the case that the process does not come to its end. */
export const failuresIn = (folder: string): string => path.join(folder, 'failures.jsonl');

async function main({ target: name, forMs, folder, ...settings }: FuzzOrder): Promise<void> {
  const target = targets.find((one) => one.name === name);
  if (!target) throw new Error(`no target is called ${name}`);
  const own = path.join(folder, 'files');
  mkdirSync(own);
  const note = new InputNote(noteIn(folder));
  const until = performance.now() + forMs;
  const counts = await fuzzTarget(
    ...([target, own, { ...settings, until }] as const),
    (run, input) => note.write(run, input),
    (failure) => appendFileSync(failuresIn(folder), `${JSON.stringify(failure)}\n`),
  );
  note.close();
  process.send?.(counts, () => process.exit(0));
}

process.once('message', (order: FuzzOrder) => void main(order));
process.once('disconnect', () => process.exit(1));
