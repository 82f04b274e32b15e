import { build } from 'esbuild';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { themes, variables, type Theme } from './themes';

/** By name: `webview.js`, `webview.css`, and those of the side bar. */
export type PageFiles = ReadonlyMap<string, string>;

const entries = { webview: 'main.ts', live: 'live/main.ts' } as const;
/** A page: that of a run, that of the side bar, and that of two plans, which is in the bundle of the first. */
export type PageKind = keyof typeof entries | 'compare';

const origin = 'https://preview.invalid';
const nonce = 'cHJldmlldw';
const csp = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${origin} 'nonce-${nonce}'`;

/** The page around the bundle, with the part of VS Code that a webview sees: variables, body class, API. */
function html(theme: Theme, state: unknown, page: PageKind): string {
  const bundle = page === 'compare' ? 'webview' : page;
  const kind = `vscode-${theme}`;
  const values = Object.entries(variables).map(([name, each]) => [
    `--vscode-${name}`,
    each[themes.indexOf(theme)],
  ]);
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<title>preview</title><link rel="stylesheet" href="${origin}/${bundle}.css">
<script nonce="${nonce}">
  for (const [name, value] of ${JSON.stringify(values)}) if (value) document.documentElement.style.setProperty(name, value);
  window.troubles = [];
  window.posted = [];
  addEventListener('securitypolicyviolation', (event) =>
    troubles.push('policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample));
  const api = { postMessage: (message) => posted.push(message), getState: () => (${JSON.stringify(state)}), setState: () => {} };
  window.acquireVsCodeApi = () => api;
</script></head>
<body class="${kind}" data-vscode-theme-kind="${kind}"><div id="app" data-page="${page}"></div>
<script nonce="${nonce}" src="${origin}/${bundle}.js"></script></body></html>`;
}

/** Opens the page's bundle in a browser, without a run yet. @param state what VS Code would have saved of it */
export async function openPlayed(
  page: Page,
  files: PageFiles,
  theme: Theme,
  state: unknown,
  kind: PageKind = 'webview',
): Promise<void> {
  await page.route('**', (route) => {
    const file = new URL(route.request().url()).pathname.slice(1);
    const type = file.endsWith('.js') ? 'text/javascript' : file.endsWith('.css') ? 'text/css' : 'text/html';
    return route.fulfill({ contentType: type, body: files.get(file) ?? html(theme, state, kind) });
  });
  await page.goto(`${origin}/`);
  await page.waitForFunction('posted.some((message) => message.type === "ready")');
}

/** The pages' scripts and styles, as they ship. */
export async function pageBundle(): Promise<PageFiles> {
  const folder = await mkdtemp(path.join(tmpdir(), 'adapter-lab-preview-'));
  try {
    await build({
      entryPoints: Object.fromEntries(
        Object.entries(entries).map(([name, entry]) => [name, path.join(__dirname, '../../webview', entry)]),
      ),
      outdir: folder,
      bundle: true,
      minify: true,
      format: 'iife',
      platform: 'browser',
      target: 'es2022',
    });
    const names = Object.keys(entries).flatMap((name) => [`${name}.js`, `${name}.css`]);
    return new Map(
      await Promise.all(
        names.map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')] as const),
      ),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
