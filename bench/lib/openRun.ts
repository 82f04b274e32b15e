import { readRunEvents } from '../../src/files/runs';
import { skimRunEvents } from '../../src/files/skim/skimRun';
import { replay } from '../../src/shared/replay';
import { emptyRun } from '../../src/shared/runState';

/**
 * Opens a run several times in a process of its own and prints how long each took: `node openRun.js skim|full FOLDER TIMES`.
 * The first time is that of a window which has not opened a run before.
 */
export interface Opening {
  /** Reading, replaying, and the message for the page. */
  readonly milliseconds: number;
  readonly readMs: number;
  readonly replayMs: number;
  readonly cpuMs: number;
  readonly events: number;
  readonly messageBytes: number;
  readonly points: number;
  /** Of the process so far. */
  readonly peakRssBytes: number;
}

async function opened(how: string, run: string): Promise<Opening> {
  const busy = process.cpuUsage();
  const start = performance.now();
  const events = await (how === 'skim' ? skimRunEvents(run) : readRunEvents(run));
  const read = performance.now();
  const state = replay(emptyRun, events);
  const replayed = performance.now();
  // All events of the full reader would be one string too long for V8.
  const messageBytes = how === 'skim' ? JSON.stringify(events).length : 0;
  const end = performance.now();
  const { user, system } = process.cpuUsage(busy);
  return {
    ...{ milliseconds: end - start, readMs: read - start, replayMs: replayed - read },
    ...{ cpuMs: (user + system) / 1000, events: events.length, messageBytes },
    points: state.trials.reduce((sum, { points }) => sum + points.length, 0),
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
}

async function main(): Promise<void> {
  const [how = 'skim', run = '', times = '1'] = process.argv.slice(2);
  const all: Opening[] = [];
  for (let time = 0; time < Number(times); time++) all.push(await opened(how, run));
  console.log(JSON.stringify(all));
}

void main();
