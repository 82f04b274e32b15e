import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { openPlayed, pageBundle, type PageFiles } from '../scripts/preview/played';
import { skimRunEvents } from '../src/files/skim/skimRun';
import type { RunEvent } from '../src/shared/runEvents';
import type { ToWebview } from '../src/shared/webviewProtocol';
import { launchChromium } from '../test/harness/chromium';
import { begin, deepestModel, finish, score } from '../test/unit/webview/sampleRuns';
import { writeLongRun } from './lib/longRun';
import { eventAt } from './lib/longRunEvents';
import type { Opening } from './lib/openRun';
import { firstDrawing, noteScripts, whileLive, whileScrolling, type Frames } from './lib/pageFrames';
import { describeMachine, median, writeResult } from './results';

/**
 * What a large run costs those who look at it. A journal of a million events, mostly steps of five trials: the time to open it by
 * the skim and, in turn, by a full reading, each in new processes. Then the page in Chromium, which draws by software here: the
 * first drawing of that run, frames while a thousand events a second arrive, and frames while a map of 126 layers scrolls. VS Code's
 * own way from the host to the page is not in it.
 *
 *     npm run bench -- views
 */
const count = 1_000_000;
const processes = 5;
const openings = 5;
const [liveSeconds, perSecond, batchMs] = [5, 1000, 25];
const run = 'long-run';
const frameMs = 1000 / 60;

export async function benchViews(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'adapter-lab-bench-'));
  try {
    const bytes = await writeLongRun(folder, count);
    const opening = await measureOpening(folder);
    const files = await pageBundle();
    const browser = await launchChromium();
    try {
      writeResult('views', {
        command: 'npm run bench -- views',
        machine: describeMachine(),
        browser: `Chromium ${browser.version()} without a graphics card`,
        journal: { events: count, megabytes: round(bytes / 1e6) },
        opening,
        page: await measurePage(browser, files, await skimRunEvents(folder)),
        'map of 126 layers × 7 roles': await measureScroll(browser, files),
      });
    } finally {
      await browser.close();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measureOpening(folder: string): Promise<object> {
  const script = path.join(folder, 'openRun.js');
  await build({
    entryPoints: [path.join(__dirname, 'lib', 'openRun.ts')],
    ...{ outfile: script, bundle: true, minify: true, platform: 'node', format: 'cjs', logLevel: 'error' },
  });
  const all: Record<'skim' | 'full', Opening[][]> = { skim: [], full: [] };
  for (let turn = 0; turn < processes; turn++) {
    // A full reading takes seconds: once a process.
    all.skim.push(await openingsOf(script, 'skim', folder, openings));
    all.full.push(await openingsOf(script, 'full', folder, 1));
  }
  return { 'skim, replay and message': figures(all.skim), 'every line read and replayed': figures(all.full) };
}

async function openingsOf(script: string, how: string, folder: string, times: number): Promise<Opening[]> {
  const args = ['--max-old-space-size=8192', script, how, folder, String(times)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Opening[];
}

function figures(all: readonly (readonly Opening[])[]): object {
  const first = all.flatMap((times) => times.slice(0, 1));
  const later = all.flatMap((times) => times.slice(1));
  const of = (openings: readonly Opening[], field: keyof Opening): number =>
    round(median(openings.map((one) => one[field])));
  const times = (openings: readonly Opening[]) => ({
    ms: of(openings, 'milliseconds'),
    'fastest, ms': round(Math.min(...openings.map(({ milliseconds }) => milliseconds))),
    'of it reading': of(openings, 'readMs'),
    'of it replaying': of(openings, 'replayMs'),
    'processor ms': of(openings, 'cpuMs'),
  });
  return {
    'first in a process, median': times(first),
    ...(later.length === 0 ? {} : { 'later, median': times(later) }),
    events: of(first, 'events'),
    'points kept': of(first, 'points'),
    ...(of(first, 'messageBytes') > 0 ? { 'message, kB': round(of(first, 'messageBytes') / 1000) } : {}),
    'peak memory, MB': round(of(first, 'peakRssBytes') / 1e6),
  };
}

async function measurePage(browser: Browser, files: PageFiles, events: readonly RunEvent[]): Promise<object> {
  const batches = Array.from({ length: (liveSeconds * 1000) / batchMs }, (_, batch) =>
    Array.from({ length: (perSecond * batchMs) / 1000 }, (__, index): RunEvent => {
      const place = count + batch * batchMs + index;
      return { at: new Date().toISOString(), ...eventAt(place, 2 * count) };
    }),
  );
  const results: Record<string, object> = {};
  for (const tab of ['training', 'map', 'search']) {
    const page = await opened(browser, files, { tab });
    const first = await firstDrawing(page, open(events));
    results[tab] = {
      'first drawing, ms': round(first),
      'live, 1000 events a second': frameFigures(await whileLive(page, run, batches, batchMs)),
    };
    await page.close();
  }
  return results;
}

async function measureScroll(browser: Browser, files: PageFiles): Promise<object> {
  const page = await opened(browser, files, { tab: 'map', quantity: 'rank' });
  const kept = Array.from({ length: 32 }, (_, layer) => 36 + layer);
  const events = [...begin(deepestModel), ...score(deepestModel, 2), ...finish(deepestModel, kept)];
  const first = await firstDrawing(page, open(events));
  const scrolled = frameFigures(await whileScrolling(page, liveSeconds));
  await page.close();
  return { 'first drawing, ms': round(first), scrolling: scrolled };
}

async function opened(browser: Browser, files: PageFiles, state: object): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await page.addInitScript(noteScripts);
  await openPlayed(page, files, 'dark', state);
  return page;
}

const open = (events: readonly RunEvent[]): ToWebview => ({
  type: 'open',
  heading: { kind: 'run', run, experiment: 'experiments/long.adapter.yaml', recorded: false },
  ...{ events, trusted: true, palette: 'theme' },
});

const frameFigures = ({ frames, scripts }: Frames): object => ({
  frames: frames.length,
  'frame, ms': spread(frames),
  'share of frames over 16.7 ms by more than a tenth': share(frames, 1.1 * frameMs),
  redraws: scripts.length,
  ...(scripts.length === 0
    ? {}
    : {
        'script of a redraw, ms': spread(scripts),
        'share of redraws over 16.7 ms': share(scripts, frameMs),
      }),
});

function spread(values: readonly number[]): object {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0);
  return { p50: at(0.5), p95: at(0.95), most: at(1) };
}

const share = (values: readonly number[], most: number): number =>
  Number((values.filter((value) => value > most).length / values.length).toFixed(3));
const round = (value: number): number => Number(value.toFixed(1));
