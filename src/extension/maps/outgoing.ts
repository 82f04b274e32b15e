import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { writeFileAtomic } from '../../files/atomic';
import { LabError } from '../../shared/errors';
import type { FromWebview } from '../../shared/webviewProtocol';
import type { MapParts } from './parts';

type Message<T extends FromWebview['type']> = Extract<FromWebview, { type: T }>;

/** How long a word stands in the status bar, in milliseconds. */
const shown = 4000;

/** Puts a page's text on the clipboard: VS Code's own, which no page's focus can refuse. */
export async function copyFrom({ text, what }: Pick<Message<'copy'>, 'text' | 'what'>): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(`Copied ${what}.`, shown);
}

/**
 * Saves a page's picture where the user says.
 *
 * @param beside the file that the page is about
 * @returns the file; undefined where the user gives up
 * @throws LabError `internal` where it is no PNG, or what the file system says
 */
export async function savePicture(
  { dialogs }: Pick<MapParts, 'dialogs'>,
  { name, png }: Pick<Message<'picture'>, 'name' | 'png'>,
  beside: vscode.Uri | undefined,
): Promise<vscode.Uri | undefined> {
  const bytes = Buffer.from(png.slice(png.indexOf(',') + 1), 'base64');
  if (!bytes.subarray(0, signature.length).equals(signature)) {
    throw new LabError(
      'internal',
      'The page gave a picture that is no PNG.',
      'Please report it with the log.',
    );
  }
  const folder = beside ? dirname(beside.fsPath) : homedir();
  // A name that a page gives must not lead out of the folder.
  const plain = name
    .replace(/\.png$/i, '')
    .replace(/[^\w-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const file = `${plain === '' ? 'map' : plain}.png`;
  const out = await dialogs.save({
    title: 'Save the Picture',
    defaultUri: vscode.Uri.file(join(folder, file)),
    filters: { Pictures: ['png'] },
  });
  if (!out) return undefined;
  await writeFileAtomic(out.fsPath, bytes);
  vscode.window.setStatusBarMessage(`Saved ${vscode.workspace.asRelativePath(out)}.`, shown);
  return out;
}

/** The first bytes of every PNG. */
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
