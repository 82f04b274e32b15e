import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { failuresIn, noteIn, type FuzzOrder } from './child';
import { Failures, type FuzzFailure } from './failures';
import type { FuzzCounts } from './fuzzTarget';
import { readNote } from './inputNote';

export interface WatchedSettings {
  readonly runs: number;
  readonly seed: number;
  readonly guided: boolean;
  /** How long the target is fuzzed at most, in milliseconds. */
  readonly forMs: number;
  /** A run that takes longer has failed. */
  readonly limitMs: number;
  /** A run that takes longer is ended, and its process with it. */
  readonly hangMs: number;
}

/** So many processes are begun, one behind the input that ended the one before. */
const mostProcesses = 6;
/** Of a process's own heap, in megabytes: what grows without end is found before the machine is full. */
const heapMegabytes = 768;

/**
 * Fuzzes a target in a process of its own. An input that never ends, or that ends the process, is reported; another process
 * goes on behind it.
 */
export async function fuzzWatched(target: string, settings: WatchedSettings): Promise<FuzzCounts> {
  const until = performance.now() + settings.forMs;
  const all = { runs: 0, taken: 0, slowestMs: 0, kept: 0 };
  const failures: FuzzFailure[] = [];
  let from = 0;
  for (let count = 0; count < mostProcesses && from < settings.runs && performance.now() < until; count++) {
    const folder = mkdtempSync(path.join(tmpdir(), 'adapter-lab-fuzz-'));
    try {
      const order = { target, ...settings, forMs: until - performance.now(), from, folder };
      const end = await inProcess(order, settings.hangMs);
      const counts = typeof end === 'string' ? lost(end, from, folder) : end;
      all.runs += counts.runs;
      all.taken += counts.taken;
      all.kept += counts.kept;
      all.slowestMs = Math.max(all.slowestMs, counts.slowestMs);
      failures.push(...counts.failures);
      from += counts.runs;
      if (typeof end !== 'string') break;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return { ...all, failures };
}

/** What is known of a process that was ended: what it found, the runs that it began, and the input of the last one. */
function lost(why: string, from: number, folder: string): FuzzCounts {
  const { run, input } = readNote(noteIn(folder));
  const failures = new Failures();
  failures.add(run, 'unknown', why, input);
  const before = existsSync(failuresIn(folder)) ? readFileSync(failuresIn(folder), 'utf8') : '';
  const found = before
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as FuzzFailure);
  return {
    ...{ runs: Math.max(1, run + 1 - from), taken: 0, slowestMs: 0, kept: 0 },
    failures: [...found, ...failures.all],
  };
}

function inProcess(order: FuzzOrder, hangMs: number): Promise<FuzzCounts | string> {
  const child = fork(path.join(__dirname, 'child.ts'), [], {
    execArgv: ['--require', 'tsx/cjs', `--max-old-space-size=${heapMegabytes}`],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (piece: Buffer) => (said = (said + piece.toString()).slice(-4000)));
  child.send(order);
  return new Promise((resolve) => {
    let seen = { run: -1, at: performance.now() };
    const watch = setInterval(() => {
      const now = { run: readNote(noteIn(order.folder)).run, at: performance.now() };
      // Before the first run it prepares, which takes what it takes.
      if (now.run !== seen.run || now.run < 0) seen = now;
      else if (now.at - seen.at > hangMs) end(`did not end within ${hangMs} ms`);
    }, 250);
    const end = (result: FuzzCounts | string): void => {
      clearInterval(watch);
      child.removeAllListeners();
      child.once('exit', () => resolve(result));
      if (child.exitCode !== null || child.signalCode !== null) resolve(result);
      else child.kill('SIGKILL');
    };
    child.once('message', (counts) => end(counts as FuzzCounts));
    child.once('exit', (code, signal) => end(`ended its process (${signal ?? code}): ${lastWords(said)}`));
  });
}

const lastWords = (said: string): string =>
  said
    .split('\n')
    .find((line) => /error|fatal|heap/i.test(line))
    ?.trim() ?? said.trim().slice(-300);
