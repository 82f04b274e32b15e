import { appendFile } from 'node:fs/promises';
import { soakEvent } from './soakEvents';

/**
 * Makes a run's journal grow by so many lines a second, in a process of its own as an engine does:
 * `node … growJournal.js JOURNAL LINES_A_SECOND SECONDS`. After each write it sends how many lines it wrote.
 */
const tickMs = 10;

async function main(): Promise<void> {
  const [journal = '', perSecond = '1000', seconds = '1'] = process.argv.slice(2);
  const count = Number(perSecond) * Number(seconds);
  const began = performance.now();
  for (let written = 0; written < count;) {
    const due = Math.min(count, Math.ceil(((performance.now() - began) / 1000) * Number(perSecond)));
    let text = '';
    for (let index = written; index < due; index++)
      text += `${JSON.stringify({ at: new Date().toISOString(), ...soakEvent(index, count) })}\n`;
    if (text !== '') await appendFile(journal, text);
    process.send?.(due - written);
    written = due;
    await new Promise((resolve) => setTimeout(resolve, tickMs));
  }
  process.disconnect?.();
}

void main();
