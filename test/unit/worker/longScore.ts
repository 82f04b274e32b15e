import path from 'node:path';
import { writeFile } from 'node:fs/promises';
import { readRunEvents } from '../../../src/files/runs';
import type { RunEvent } from '../../../src/shared/runEvents';
import { experimentText, tokenizedLines, writeSmallExperiment } from '../engine/smallExperiment';

/** An experiment whose scoring takes far longer than any test waits, or as long as so many samples: each is a batch. */
export async function writeLongExperiment(folder: string, samples = 20_000): Promise<string> {
  const text = experimentText.replace('samples: 12, batch_size: 4', `samples: ${samples}, batch_size: 1`);
  const file = await writeSmallExperiment(folder, text);
  await writeFile(path.join(folder, 'data', 'first.jsonl'), tokenizedLines(samples, 3));
  return file;
}

/** The events of a run that may not have begun yet. */
export const eventsOf = (run: string): Promise<RunEvent[]> => readRunEvents(run).catch(() => []);

export const isScoring = async (run: string): Promise<boolean> =>
  (await eventsOf(run)).some((event) => event.type === 'scores' && event.samplesDone < event.samplesTotal);
