/**
 * Pictures of the run page, and of the side bar's, in VS Code's themes, without VS Code: `npx tsx scripts/preview.ts [outDir]
 * [scene…]`, where a scene may be narrowed to a theme and set in a width: `done:dark:700`, `done::1000`.
 * The page is the real bundle under the real Content Security Policy; only the host is played. It exits with 1 where
 * the page breaks the policy, logs an error, is wider than its window, or prints numbers with too little contrast.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import type { RunHeading, ToWebview } from '../src/shared/webviewProtocol';
import { seriousFindings } from '../test/harness/accessibility';
import { compareScenes } from './preview/compareScenes';
import { liveScenes } from './preview/liveScenes';
import type { CompareScene, Scene } from './preview/scene';
import { scenes as pageScenes } from './preview/scenes';
import { openPlayed, pageBundle, type PageFiles, type PageKind } from './preview/played';
import { themes, type Theme } from './preview/themes';

/** Each page is looked at in pictures of some widths, and must fit between them and a little beyond. */
const looks: Readonly<Record<PageKind, { readonly widths: number[]; readonly sizes: number[] }>> = {
  webview: { widths: [400, 700, 1400], sizes: [300, 400, 560, 700, 1040, 1600] },
  compare: { widths: [400, 600, 1400], sizes: [300, 400, 560, 700, 1040, 1600] },
  live: { widths: [250, 400], sizes: [170, 200, 250, 330, 400, 700] },
};
const scenes: Readonly<Record<string, Scene | CompareScene>> = {
  ...pageScenes,
  ...liveScenes,
  ...compareScenes,
};
const kindOf = (name: string): PageKind => {
  if (Object.hasOwn(compareScenes, name)) return 'compare';
  return Object.hasOwn(liveScenes, name) ? 'live' : 'webview';
};
const leastContrast = 4.5;

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
  files: PageFiles,
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
  await openPlayed(page, files, theme, scene.state ?? null, kindOf(name));
  for (const one of messagesOf(scene)) {
    await page.evaluate(`window.postMessage(${JSON.stringify(one)}, '*')`);
  }
  await page.waitForSelector('main');
  await page.waitForTimeout(250);
  await scene.play?.(page);
  await page.screenshot({ path: path.join(out, `${name}-${theme}-${width}.png`), fullPage: true });
  // Between the pictures' widths, and a little beyond them, nothing may stick out either.
  for (const other of looks[kindOf(name)].sizes.filter((size) => size !== width)) {
    await page.setViewportSize({ width: other, height: 900 });
    await page.waitForTimeout(60);
    const { tooWide } = (await page.evaluate(measure)) as Seen;
    if (tooWide > 0) troubles.push(`${tooWide} px wider than a window of ${other}`);
  }
  troubles.push(...(await seriousFindings(page)));
  const seen = (await page.evaluate(measure)) as Seen;
  troubles.push(...seen.troubles);
  if (seen.contrast < leastContrast) troubles.push(`contrast of a cell only ${seen.contrast.toFixed(2)}`);
  await page.close();
  return troubles.map((trouble) => `${name} ${theme} ${width}: ${trouble}`);
}

/** What the host tells: an opened run before all else, where it is about one. */
function messagesOf(scene: Scene | CompareScene): readonly ToWebview[] {
  if (!('events' in scene)) return scene.messages;
  const heading: RunHeading = {
    kind: 'run',
    run: '2025-03-04T09-12-30-mail-run',
    experiment: 'experiments/mail.adapter.yaml',
    recorded: false,
  };
  const open: ToWebview = {
    type: 'open',
    heading: { ...heading, ...scene.heading },
    events: scene.events,
    trusted: scene.trusted ?? true,
    palette: scene.palette ?? 'theme',
  };
  return [open, ...(scene.messages ?? [])];
}

async function main(): Promise<void> {
  const [out = '.cache/preview', ...wanted] = process.argv.slice(2);
  await mkdir(out, { recursive: true });
  const files = await pageBundle();
  for (const [name, text] of files) console.log(`${name}: ${(text.length / 1000).toFixed(1)} kB`);
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const troubles: string[] = [];
  for (const one of wanted.length > 0 ? wanted : Object.keys(scenes)) {
    const [name = '', onlyTheme, onlyWidth] = one.split(':');
    const { widths } = looks[kindOf(name)];
    const drawn = themes
      .filter((each) => !onlyTheme || each === onlyTheme)
      .flatMap((theme) => (onlyWidth ? [Number(onlyWidth)] : widths).map((width) => [theme, width] as const));
    if (!scenes[name] || drawn.length === 0 || drawn.some(([, width]) => !(width > 0))) {
      troubles.push(
        `${one} is none: ${Object.keys(scenes).join(', ')}; ${themes.join(', ')}; ${widths.join(', ')}`,
      );
      continue;
    }
    for (const [theme, width] of drawn) {
      troubles.push(...(await picture(browser, files, name, theme, width, out)));
    }
  }
  await browser.close();
  troubles.forEach((trouble) => console.error(trouble));
  console.log(troubles.length === 0 ? `Pictures in ${out}; no trouble.` : `${troubles.length} troubles.`);
  process.exitCode = troubles.length === 0 ? 0 : 1;
}

void main();
