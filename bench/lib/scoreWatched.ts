import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { median } from '../results';
import { MemoryWatch } from './memory';

export interface WatchedScore {
  readonly seconds: number;
  /** Largest sum over its processes. */
  readonly peakRssBytes: number;
  readonly peakPssBytes: number;
  /** Median seconds of a block, where the run told of blocks; else 0. */
  readonly forward: number;
  readonly backward: number;
  /** How memory was spent, as the run told. */
  readonly memory: string;
}

const cli = path.resolve(__dirname, '../../bin/adapter-lab.mjs');

/** `adapter-lab score` as a user calls it, in a folder of its own, with its memory watched. */
export async function scoreWatched(
  model: string,
  data: string,
  options: readonly string[] = [],
): Promise<WatchedScore> {
  const folder = await mkdtemp(path.join(tmpdir(), 'adapter-lab-bench-run-'));
  try {
    const started = performance.now();
    const args = ['score', '--model', model, '--data', data, '--json', path.join(folder, 'scores.json')];
    const child = spawn(process.execPath, [cli, ...args, ...options], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const watch = new MemoryWatch(child.pid ?? 0);
    const [code] = (await once(child, 'exit')) as [number];
    const peak = watch.stop();
    if (code !== 0) throw new Error(`adapter-lab score ended with ${code}.`);
    const seconds = (performance.now() - started) / 1000;
    return { seconds, peakRssBytes: peak.rssBytes, peakPssBytes: peak.pssBytes, ...(await toldIn(folder)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Told {
  readonly type: string;
  readonly at: string;
  readonly step?: string;
  readonly mode?: string;
  readonly processes?: number;
  readonly threads?: number;
}

/** Times of blocks from the run's journal: how long after the step before it each came. */
async function toldIn(folder: string): Promise<Pick<WatchedScore, 'forward' | 'backward' | 'memory'>> {
  const runs = path.join(folder, '.adapter-lab', 'runs');
  const [run = ''] = (await readdir(runs)).filter((name) => !name.startsWith('.'));
  const lines = (await readFile(path.join(runs, run, 'events.jsonl'), 'utf8')).trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as Told);
  const steps = events.filter(({ type, step }) => type === 'progress' && step !== undefined);
  const secondsOf = (kind: string): number => {
    const found = steps.flatMap(({ at, step }, i) =>
      i > 0 && step?.startsWith(kind) && steps[i - 1]!.step?.startsWith(kind)
        ? [(Date.parse(at) - Date.parse(steps[i - 1]!.at)) / 1000]
        : [],
    );
    return found.length === 0 ? 0 : median(found);
  };
  const use = events.find(({ type }) => type === 'memory');
  return {
    forward: secondsOf('forward'),
    backward: secondsOf('backward'),
    memory: `${use?.mode}, ${use?.processes} x ${use?.threads} threads`,
  };
}
