/**
 * Pictures of the run page in VS Code's themes, without VS Code: `npx tsx scripts/preview.ts [outDir] [name…]`.
 * The page is the real bundle under the real Content Security Policy; only the host is played. It exits with 1 where
 * the page breaks the policy, logs an error, is wider than its window, or prints numbers with too little contrast.
 */
import { build } from 'esbuild';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { RunEvent } from '../src/shared/runEvents';
import type { RunHeading, ToWebview } from '../src/shared/webviewProtocol';
import * as runs from '../test/unit/webview/sampleRuns';

const origin = 'https://preview.invalid';
const nonce = 'cHJldmlldw';
const widths = [400, 700, 1400];
const sizes = [300, 400, 560, 700, 1040, 1600];
const leastContrast = 4.5;

/** VS Code's variables in Default Dark Modern, Default Light Modern and Dark High Contrast; empty where unset. */
const themes = ['dark', 'light', 'high-contrast'] as const;
type Theme = (typeof themes)[number];
const variables: Readonly<Record<string, readonly [dark: string, light: string, highContrast: string]>> = {
  'badge-background': ['#616161', '#cccccc', '#000000'],
  'badge-foreground': ['#f8f8f8', '#3b3b3b', '#ffffff'],
  'button-background': ['#0078d4', '#005fb8', ''],
  'button-border': ['#ffffff12', '#0000001a', '#6fc3df'],
  'button-foreground': ['#ffffff', '#ffffff', '#ffffff'],
  'button-hoverBackground': ['#026ec1', '#0258a8', ''],
  'button-secondaryBackground': ['#313131', '#e5e5e5', ''],
  'button-secondaryForeground': ['#cccccc', '#3b3b3b', '#ffffff'],
  'button-secondaryHoverBackground': ['#3c3c3c', '#cccccc', ''],
  'charts-blue': ['#3794ff', '#1a85ff', '#3794ff'],
  'charts-foreground': ['#cccccc', '#3b3b3b', '#ffffff'],
  'charts-green': ['#89d185', '#388a34', '#89d185'],
  'charts-lines': ['#cccccc80', '#3b3b3b80', '#ffffff80'],
  'charts-orange': ['#d18616', '#d18616', '#d18616'],
  'charts-yellow': ['#cca700', '#bf8803', '#ffd370'],
  'checkbox-background': ['#313131', '#f8f8f8', '#000000'],
  'checkbox-border': ['#3c3c3c', '#cecece', '#6fc3df'],
  contrastActiveBorder: ['', '', '#f38518'],
  contrastBorder: ['', '', '#6fc3df'],
  descriptionForeground: ['#9d9d9d', '#3b3b3b', '#ffffffb3'],
  'dropdown-background': ['#313131', '#ffffff', '#000000'],
  'dropdown-border': ['#3c3c3c', '#cecece', '#6fc3df'],
  'dropdown-foreground': ['#cccccc', '#3b3b3b', '#ffffff'],
  'editor-background': ['#1f1f1f', '#ffffff', '#000000'],
  'editor-font-family': ['monospace', 'monospace', 'monospace'],
  'editor-foreground': ['#cccccc', '#3b3b3b', '#ffffff'],
  'editorHoverWidget-background': ['#202020', '#f8f8f8', '#000000'],
  'editorHoverWidget-border': ['#454545', '#c8c8c8', '#6fc3df'],
  'editorHoverWidget-foreground': ['#cccccc', '#3b3b3b', '#ffffff'],
  'editorWarning-foreground': ['#cca700', '#bf8803', '#ffd370'],
  focusBorder: ['#0078d4', '#005fb8', '#f38518'],
  'font-family': ['"DejaVu Sans", sans-serif', '"DejaVu Sans", sans-serif', '"DejaVu Sans", sans-serif'],
  'font-size': ['13px', '13px', '13px'],
  'font-weight': ['normal', 'normal', 'normal'],
  foreground: ['#cccccc', '#3b3b3b', '#ffffff'],
  'inputValidation-errorBackground': ['#5a1d1d', '#f2dede', '#000000'],
  'inputValidation-errorBorder': ['#be1100', '#be1100', '#6fc3df'],
  'inputValidation-warningBackground': ['#352a05', '#f6f5d2', '#000000'],
  'inputValidation-warningBorder': ['#b89500', '#b89500', '#6fc3df'],
  'list-activeSelectionBackground': ['#04395e', '#e8e8e8', ''],
  'list-activeSelectionForeground': ['#ffffff', '#000000', '#ffffff'],
  'panel-border': ['#2b2b2b', '#e5e5e5', '#6fc3df'],
  'progressBar-background': ['#0078d4', '#005fb8', '#6fc3df'],
};

interface Scene {
  readonly events: readonly RunEvent[];
  readonly heading?: Partial<RunHeading>;
  readonly trusted?: boolean;
  readonly state?: Readonly<Record<string, unknown>>;
  /** Clicks, keys and the like before the picture. */
  readonly play?: (page: Page) => Promise<void>;
}

const { smallModel: small, deepModel: deep, deepestModel: deepest, oneTask } = runs;
const justNow = (): string => new Date(Date.now() - 41_000).toISOString();
const done = [
  ...runs.begin(small),
  ...runs.score(small, 3, [0.82, 0.51, 0.12]),
  ...runs.finish(small, [2, 3, 4]),
];
const keptDeep = [9, 10, 11, 12, 14, 15, 16, 17, 19, 20, 22, 23];
const scenes: Readonly<Record<string, Scene>> = {
  empty: { events: [], heading: { run: '' } },
  starting: { events: runs.begin(small, justNow()) },
  running: { events: [...runs.begin(small, justNow()), ...runs.score(small, 1.4)] },
  'running-one': { events: [...runs.begin(oneTask, justNow()), ...runs.score(oneTask, 0.5)] },
  done: { events: done },
  'done-tip': {
    events: done,
    state: { task: 'topic', quantity: 'experts' },
    play: async (page) => {
      await page.locator('[role=gridcell]').first().focus();
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
    },
  },
  training: { events: [...runs.begin(small, justNow(), 'train'), ...runs.train(small)] },
  'small-card': {
    events: [
      ...runs.begin(small, justNow()),
      ...runs.onSmallCard(),
      ...runs.score(small, 1.4).filter(({ type }) => type !== 'memory'),
    ],
  },
  'done-table': { events: done, state: { asTable: true, task: 'spam', quantity: 'parameters' } },
  'done-deep': { events: [...runs.begin(deep), ...runs.score(deep, 1), ...runs.finish(deep, keptDeep)] },
  'done-deepest': {
    events: [
      ...runs.begin(deepest),
      ...runs.score(deepest, 2),
      ...runs.finish(
        deepest,
        [...Array(32).keys()].map((layer) => 36 + layer),
      ),
    ],
    heading: { recorded: true },
    state: { quantity: 'rank' },
    play: async (page) => {
      await page.locator('canvas').hover();
    },
  },
  failed: {
    events: [
      ...runs.begin(small),
      ...runs.score(small, 0.6),
      ...runs.end({
        type: 'finished',
        state: 'failed',
        error: {
          code: 'out-of-memory',
          message: 'The engine ran out of memory in layer 5 of models/tiny-llama with a batch of 32 samples.',
          next: 'Lower score.batch_size in the experiment and try again.',
        },
      }),
    ],
  },
  'failed-early': {
    events: [
      ...runs.begin(small).slice(0, 2),
      ...runs.end({
        type: 'finished',
        state: 'failed',
        error: {
          code: 'model-missing',
          message: 'There is no model folder at models/tiny-lama.',
          next: 'Correct `model` in the experiment.',
        },
      }),
    ],
  },
  cancelled: {
    events: [
      ...runs.begin(small),
      ...runs.score(small, 1.5),
      ...runs.end({ type: 'finished', state: 'cancelled' }),
    ],
  },
  untrusted: { events: done, trusted: false },
  'untrusted-empty': { events: [], heading: { run: '' }, trusted: false },
};

const csp = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${origin} 'nonce-${nonce}'`;

/** The page around the bundle, with the part of VS Code that a webview sees: variables, body class, API. */
function html(theme: Theme, state: unknown): string {
  const kind = `vscode-${theme}`;
  const values = Object.entries(variables).map(([name, each]) => [
    `--vscode-${name}`,
    each[themes.indexOf(theme)],
  ]);
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<title>preview</title><link rel="stylesheet" href="${origin}/webview.css">
<script nonce="${nonce}">
  for (const [name, value] of ${JSON.stringify(values)}) if (value) document.documentElement.style.setProperty(name, value);
  window.troubles = [];
  window.posted = [];
  addEventListener('securitypolicyviolation', (event) =>
    troubles.push('policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample));
  const api = { postMessage: (message) => posted.push(message), getState: () => (${JSON.stringify(state)}), setState: () => {} };
  window.acquireVsCodeApi = () => api;
</script></head>
<body class="${kind}" data-vscode-theme-kind="${kind}"><div id="app"></div>
<script nonce="${nonce}" src="${origin}/webview.js"></script></body></html>`;
}

/** Run in the page: the smallest contrast of a printed cell to its ground, and by how much the page is too wide. */
interface Seen {
  readonly contrast: number;
  readonly tooWide: number;
  readonly troubles: readonly string[];
}
const measure = `(() => {
  const rgb = (text) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 1;
    const context = canvas.getContext('2d');
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (color) => {
    const [r, g, b] = rgb(color).map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const ratios = [...document.querySelectorAll('[role=gridcell], .step')].slice(0, 400).map((cell) => {
    const style = getComputedStyle(cell);
    const [a, b] = [light(style.color), light(style.backgroundColor)];
    return Math.max(a, b) / Math.min(a, b);
  });
  return {
    contrast: Math.min(21, ...ratios),
    tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    troubles,
  };
})()`;

async function picture(
  browser: Browser,
  files: Map<string, string>,
  name: string,
  theme: Theme,
  width: number,
  out: string,
) {
  const scene = scenes[name]!;
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const troubles: string[] = [];
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  page.on('pageerror', (error) => troubles.push(error.message));
  await page.route('**', (route) => {
    const file = new URL(route.request().url()).pathname.slice(1);
    const type = file.endsWith('.js') ? 'text/javascript' : file.endsWith('.css') ? 'text/css' : 'text/html';
    return route.fulfill({ contentType: type, body: files.get(file) ?? html(theme, scene.state ?? null) });
  });
  await page.goto(`${origin}/`);
  await page.waitForFunction('posted.some((message) => message.type === "ready")');
  const heading = {
    run: '2025-03-04T09-12-30-mail-run',
    experiment: 'experiments/mail.adapter.yaml',
    recorded: false,
  };
  const message: ToWebview = {
    type: 'open',
    heading: { ...heading, ...scene.heading },
    events: scene.events,
    trusted: scene.trusted ?? true,
  };
  await page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);
  await page.waitForSelector('main');
  await page.waitForTimeout(250);
  await scene.play?.(page);
  await page.screenshot({ path: path.join(out, `${name}-${theme}-${width}.png`), fullPage: true });
  // Between the pictures' widths, and a little beyond them, nothing may stick out either.
  for (const other of sizes.filter((size) => size !== width)) {
    await page.setViewportSize({ width: other, height: 900 });
    await page.waitForTimeout(60);
    const { tooWide } = (await page.evaluate(measure)) as Seen;
    if (tooWide > 0) troubles.push(`${tooWide} px wider than a window of ${other}`);
  }
  const seen = (await page.evaluate(measure)) as Seen;
  troubles.push(...seen.troubles);
  if (seen.contrast < leastContrast) troubles.push(`contrast of a cell only ${seen.contrast.toFixed(2)}`);
  await page.close();
  return troubles.map((trouble) => `${name} ${theme} ${width}: ${trouble}`);
}

async function bundle(): Promise<Map<string, string>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'adapter-lab-preview-'));
  try {
    await build({
      entryPoints: [path.join(__dirname, '../webview/main.ts')],
      outfile: path.join(folder, 'webview.js'),
      bundle: true,
      minify: true,
      format: 'iife',
      platform: 'browser',
      target: 'es2022',
    });
    const read = (name: string) => readFile(path.join(folder, name), 'utf8');
    return new Map([
      ['webview.js', await read('webview.js')],
      ['webview.css', await read('webview.css')],
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const [out = '.cache/preview', ...wanted] = process.argv.slice(2);
  await mkdir(out, { recursive: true });
  const files = await bundle();
  for (const [name, text] of files) console.log(`${name}: ${(text.length / 1000).toFixed(1)} kB`);
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const troubles: string[] = [];
  for (const name of wanted.length > 0 ? wanted : Object.keys(scenes)) {
    for (const theme of themes) {
      for (const width of widths) troubles.push(...(await picture(browser, files, name, theme, width, out)));
    }
  }
  await browser.close();
  troubles.forEach((trouble) => console.error(trouble));
  console.log(troubles.length === 0 ? `Pictures in ${out}; no trouble.` : `${troubles.length} troubles.`);
  process.exitCode = troubles.length === 0 ? 0 : 1;
}

void main();
