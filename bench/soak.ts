import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs, promisify } from 'node:util';
import { pageBundle } from '../scripts/preview/played';
import { launchChromium } from '../test/harness/chromium';
import { bundled } from './lib/soak/bundled';
import type { HostSoak } from './lib/soak/hostSoak';
import type { TrainingSample } from './lib/soak/longTraining';
import { soakPage, type PageLoad, type PageSoak } from './lib/soak/pageSoak';
import { repeatJobs } from './lib/soak/repeatedJobs';
import { growth, spread } from './lib/soak/words';
import { describeMachine, writeResult } from './results';

/**
 * The long haul, compressed: what a run of eight hours does many times, done in minutes, with what each process holds behind a
 * collection of its garbage. A training of 100,000 short steps; one engine that scores, trains and searches again and again; the
 * extension host's parts over a journal that grows by 10,000 lines a second; and the pages in Chromium, told of 10,000 events a
 * second by a message each. Slopes are Theil's and Sen's with a 95 % interval, behind a warm-up.
 *
 *     npm run bench -- soak [--steps N] [--rounds N] [--seconds N]
 */
const perSecond = 10_000;
/** Of what is looked at, so much at the beginning is warm-up: code is compiled, and what is bounded fills. */
const warmUp = 0.3;

export async function benchSoak(options: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...options],
    options: {
      steps: { type: 'string', default: '100000' },
      rounds: { type: 'string', default: '24' },
      seconds: { type: 'string', default: '90' },
    },
  });
  const [steps, rounds, seconds] = [values.steps, values.rounds, values.seconds].map(Number) as [
    number,
    number,
    number,
  ];
  const folder = await mkdtemp(path.join(tmpdir(), 'adapter-lab-bench-'));
  try {
    writeResult('soak', {
      command: ['npm run bench -- soak', ...options].join(' '),
      machine: describeMachine(),
      pages: await soakPages(folder, seconds),
      host: await soakHost(folder, seconds),
      engine: {
        'one training': await soakTraining(path.join(folder, 'training'), steps),
        'jobs again and again': await soakJobs(path.join(folder, 'jobs'), rounds),
      },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A step is one sample of eight tokens at most, on the tests' model of two layers; tsx and the tests' helpers are in the process. */
async function soakTraining(folder: string, steps: number): Promise<object> {
  const script = path.join(__dirname, 'lib', 'soak', 'longTraining.ts');
  const args = ['--expose-gc', '--require', 'tsx/cjs', script, folder, String(steps)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const samples: TrainingSample[] = [];
  for await (const line of createInterface({ input: child.stdout }))
    samples.push(JSON.parse(line) as TrainingSample);
  if ((await ended) !== 0) throw new Error('The training did not come to its end.');
  const of = (field: keyof TrainingSample) => samples.map((one) => ({ x: one.step, y: one[field] }));
  const last = samples.at(-1);
  return {
    steps: last?.step,
    seconds: Math.round(last?.seconds ?? 0),
    'tensors, of all samples': [...new Set(samples.map(({ tensors }) => tensors))],
    'bytes of tensors, smallest and largest': extremes(samples.map(({ tensorBytes }) => tensorBytes)),
    'bytes per 1,000 steps': {
      ...growth(of('rss'), 'resident', warmUp, 1000),
      ...growth(of('heapUsed'), 'heap', warmUp, 1000),
      ...growth(of('external'), 'external', warmUp, 1000),
      ...growth(of('arrayBuffers'), 'array buffers', warmUp, 1000),
    },
  };
}

async function soakJobs(folder: string, rounds: number): Promise<object> {
  const samples = await repeatJobs(folder, rounds);
  const of = (field: 'rss' | 'heapUsed' | 'external' | 'arrayBuffers') =>
    samples.map((one) => ({ x: one.round, y: one[field] }));
  return {
    rounds: samples.length,
    'jobs a round': 'a score by two processes, a training of two seeds, a search of two trials by two seeds',
    'files open, fewest and most': extremes(samples.map(({ files }) => files)),
    'processes left behind a round, most': Math.max(...samples.map(({ children }) => children)),
    'bytes per round': {
      ...growth(of('rss'), 'resident', warmUp, 1),
      ...growth(of('heapUsed'), 'heap', warmUp, 1),
      ...growth(of('external'), 'external', warmUp, 1),
      ...growth(of('arrayBuffers'), 'array buffers', warmUp, 1),
    },
  };
}

async function soakHost(folder: string, seconds: number): Promise<object> {
  const [host, grow] = [await bundled('hostSoak', folder), await bundled('growJournal', folder)];
  const args = ['--expose-gc', host, grow, path.join(folder, 'host'), String(perSecond), String(seconds)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 });
  const soak = JSON.parse(stdout) as HostSoak;
  const of = (field: 'rss' | 'heapUsed' | 'external' | 'arrayBuffers') =>
    soak.samples.map((one) => ({ x: one.lines, y: one[field] }));
  return {
    lines: soak.lines,
    'lines a second': Math.round(soak.lines / soak.seconds),
    'bytes per 1,000 lines': {
      ...growth(of('rss'), 'resident', warmUp, 1000),
      ...growth(of('heapUsed'), 'heap', warmUp, 1000),
      ...growth(of('external'), 'external', warmUp, 1000),
      ...growth(of('arrayBuffers'), 'array buffers', warmUp, 1000),
    },
    'event loop late by, ms': {
      p50: round(soak.delay.p50),
      p99: round(soak.delay.p99),
      most: round(soak.delay.most),
    },
    'pages, by how long each takes a message': Object.fromEntries(
      Object.entries(soak.pages).map(([name, { messages, events, mostEvents, mostBytes, mostWaiting }]) => [
        name,
        {
          ...{
            messages,
            events,
            'events in one, most': mostEvents,
            'kB in one, most': round(mostBytes / 1000),
          },
          'on their way at once, most': mostWaiting,
        },
      ]),
    ),
    'changes of the list of runs': soak.drawn,
  };
}

async function soakPages(folder: string, seconds: number): Promise<object> {
  const events = await readFile(await bundled('soakEvents', folder, 'browser'), 'utf8');
  const files = await pageBundle();
  const browser = await launchChromium();
  try {
    const load = { perSecond, seconds, everySeconds: Math.max(1, seconds / 30) };
    const results: Record<string, object | string> = {
      browser: `Chromium ${browser.version()} without a graphics card`,
    };
    for (const tab of ['training', 'map', 'search']) {
      const page: PageLoad = { ...load, kind: 'webview', state: { tab } };
      results[`run's page, ${tab}`] = pageFigures(await soakPage(browser, files, events, page));
    }
    const live: PageLoad = { ...load, kind: 'live', state: {} };
    results['side bar'] = pageFigures(await soakPage(browser, files, events, live));
    return results;
  } finally {
    await browser.close();
  }
}

function pageFigures({ samples, feed, frames, troubles }: PageSoak): object {
  const heap = samples.map(({ messages, heapBytes }) => ({ x: messages, y: heapBytes }));
  return {
    messages: feed.received,
    'messages a second': Math.round(feed.received / (samples.at(-1)?.seconds ?? NaN)),
    'bytes per 1,000 messages': growth(heap, 'heap', warmUp, 1000),
    'nodes, fewest and most': extremes(samples.map(({ nodes }) => nodes)),
    'listeners, fewest and most': extremes(samples.map(({ listeners }) => listeners)),
    'canvases, fewest and most': extremes(samples.map(({ canvases }) => canvases)),
    'frame, ms': spread(frames),
    ...(troubles.length > 0 ? { troubles } : {}),
  };
}

const extremes = (values: readonly number[]): readonly [number, number] => [
  values.reduce((least, value) => Math.min(least, value), Infinity),
  values.reduce((most, value) => Math.max(most, value), -Infinity),
];
const round = (value: number): number => Number(value.toFixed(1));
