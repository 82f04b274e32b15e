import { fork } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Experiment } from '../../../src/configs/experiment/experiment';
import { Emitter } from '../../../src/extension/emitter';
import type { Log } from '../../../src/extension/log';
import { RunFeed } from '../../../src/extension/panel/runFeed';
import { Jobs, type JobEngine } from '../../../src/extension/runs/jobs';
import { RunStore } from '../../../src/extension/runs/runStore';
import { WorkspaceRuns } from '../../../src/extension/views/workspaceRuns';
import { runFiles } from '../../../src/files/runs';
import { allBytes, type Bytes } from './processMemory';
import { SlowPage, type Taken } from './slowPage';
import { soakBeginning } from './soakEvents';

/**
 * The parts of the extension host that a run goes through, over a journal that grows fast, in a process of its own: the job, the
 * run's page, the side bar's page and list, and what lenses ask for each second. VS Code itself is not in it.
 * `node --expose-gc hostSoak.js GROW FOLDER LINES_A_SECOND SECONDS`, where GROW is growJournal.js.
 */
export interface HostSample extends Bytes {
  readonly seconds: number;
  readonly lines: number;
}
export interface HostSoak {
  readonly lines: number;
  readonly seconds: number;
  readonly samples: readonly HostSample[];
  /** Milliseconds between two turns of the event loop, without the collections that this measurement asks for. */
  readonly delay: { readonly p50: number; readonly p99: number; readonly most: number };
  /** By what each page does with a message before it takes the next. */
  readonly pages: Readonly<Record<string, Taken>>;
  readonly drawn: number;
}

const sampleMs = 2000;
const log = Object.fromEntries(
  ['trace', 'debug', 'info', 'warn', 'error'].map((level) => [
    level,
    (message: string) => level === 'error' && console.error(message),
  ]),
) as unknown as Log;

async function main(): Promise<void> {
  const [grow = '', folder = '', perSecond = '', seconds = ''] = process.argv.slice(2);
  const experiment = { file: path.join(folder, 'soak.adapter.yaml'), tasks: [] } as unknown as Experiment;
  const grown = new Emitter<string>();
  const began = performance.now();
  let lines = 0;
  const work = async (run: string): Promise<void> => {
    await mkdir(run, { recursive: true });
    const journal = path.join(run, runFiles.events);
    await writeFile(
      journal,
      soakBeginning()
        .map((event) => `${JSON.stringify(event)}\n`)
        .join(''),
    );
    const child = fork(grow, [journal, perSecond, seconds], { execArgv: [] });
    child.on('message', (count: number) => {
      lines += count;
      // One hint a line, as the engine gives.
      for (let index = 0; index < count; index++) grown.fire(run);
    });
    await new Promise((resolve, reject) => child.on('exit', resolve).on('error', reject));
  };
  const engine = {
    onRunGrew: grown.event,
    stop: () => Promise.resolve(),
    request: async (_: string, { run }: { run: string }) => {
      await work(run);
      return { run };
    },
  } as unknown as JobEngine;
  const jobs = new Jobs(engine, log);
  const runs = new WorkspaceRuns(jobs, () => Promise.resolve([experiment.file]));
  const store = new RunStore();
  // One page takes a message at once; the other works on each for a quarter of a second.
  const pages = { 'at once': new SlowPage(0), 'in 250 ms': new SlowPage(250) };
  const feeds: RunFeed[] = [];
  let drawn = 0;
  runs.onChange(() => {
    if (jobs.active && runs.get(jobs.active.run)) drawn++;
  });
  jobs.onChange(() => feeds.forEach((feed) => feed.look()));
  const samples: HostSample[] = [];
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const sampling = setInterval(() => {
    const run = jobs.active?.run;
    if (run !== undefined) void store.run(run).catch(() => undefined);
    delay.disable();
    samples.push({ seconds: (performance.now() - began) / 1000, lines, ...allBytes() });
    // Behind the turn that the collection held up.
    setImmediate(() => setImmediate(() => delay.enable()));
  }, sampleMs);
  delay.enable();
  await jobs.start(experiment, 'train', 'auto', (run) => {
    for (const page of Object.values(pages)) {
      const source = { experiment: 'soak.adapter.yaml', run, standIn: [], trusted: true };
      const feed = new RunFeed(source, page.post, log);
      feeds.push(feed);
      void feed.start();
    }
  });
  clearInterval(sampling);
  delay.disable();
  const ms = (nanoseconds: number): number => nanoseconds / 1e6;
  const result: HostSoak = {
    ...{ lines, samples, drawn, seconds: (performance.now() - began) / 1000 },
    delay: { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), most: ms(delay.max) },
    pages: Object.fromEntries(Object.entries(pages).map(([name, page]) => [name, page.taken])),
  };
  for (const feed of feeds) feed.dispose();
  runs.dispose();
  process.stdout.write(JSON.stringify(result), () => process.exit(0));
}

void main();
