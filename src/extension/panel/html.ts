import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The only folder that a page may load from. */
export const assetsOf = (extension: vscode.Uri): vscode.Uri => vscode.Uri.joinPath(extension, 'dist');

/** Which bundle a page is, and what it is called. */
export interface PageBundle {
  readonly bundle: 'webview' | 'live';
  readonly title: string;
  /** Which page of the bundle; that of a run where absent. */
  readonly page?: 'compare';
}

/** The icon of a page's tab. */
export function pageIcon(extension: vscode.Uri): { readonly light: vscode.Uri; readonly dark: vscode.Uri } {
  const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(extension, 'media', `icon-${theme}.svg`);
  return { light: icon('light'), dark: icon('dark') };
}

/** The page around a bundle. It runs the bundle's script and no other, and speaks to nobody but the extension. */
export function pageHtml(
  webview: vscode.Webview,
  extension: vscode.Uri,
  { bundle, title, page }: PageBundle,
): string {
  const nonce = randomBytes(16).toString('base64url');
  const asset = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(assetsOf(extension), name)).toString();
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="${asset(`${bundle}.css`)}">
</head>
<body>
<div id="app"${page ? ` data-page="${page}"` : ''}></div>
<script nonce="${nonce}" src="${asset(`${bundle}.js`)}"></script>
</body>
</html>`;
}
