import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { runFiles } from '../../src/files/runs';
import { begin, deepestModel } from '../../test/unit/webview/sampleRuns';
import { eventAt } from './longRunEvents';

/** Writes the run's journal. @returns its size in bytes */
export async function writeLongRun(folder: string, count: number): Promise<number> {
  await mkdir(folder, { recursive: true });
  const journal = path.join(folder, runFiles.events);
  const out = createWriteStream(journal);
  let text = '';
  const began = Date.UTC(2026, 0, 1);
  const first = begin(deepestModel, new Date(began).toISOString(), 'train');
  for (const event of first) text += `${JSON.stringify(event)}\n`;
  for (let index = 0; index < count - first.length; index++) {
    const at = new Date(began + 500 * (index + 1)).toISOString();
    text += `${JSON.stringify({ at, ...eventAt(index, count) })}\n`;
    if (text.length < 2 ** 22) continue;
    if (!out.write(text)) await once(out, 'drain');
    text = '';
  }
  out.end(text);
  await once(out, 'finish');
  return (await stat(journal)).size;
}
