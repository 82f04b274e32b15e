import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runEventSchema, type RunEvent } from '../../../src/shared/runEvents';

/** Trainings of the sample's model that were run, by method, and a rank search; in `trainings/` with fewer of their steps, and numbers of four digits. */
export const trained = ['dynamic-lora', 'adalora', 'lily', 'lora-smoe', 'search'] as const;

/** The events of one of them. */
export const training = (method: (typeof trained)[number]): RunEvent[] =>
  readFileSync(path.join(__dirname, 'trainings', `${method}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => runEventSchema.parse(JSON.parse(line)));

/** Until a trial's event of a step: what a page shows while it trains. */
export function until(events: readonly RunEvent[], trial: string, step: number): RunEvent[] {
  const end = events.findIndex(
    (event) => event.type === 'step' && event.trial === trial && event.step >= step,
  );
  return events.slice(0, end + 1);
}
