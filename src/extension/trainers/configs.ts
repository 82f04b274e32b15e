import { readFile } from 'node:fs/promises';
import type * as vscode from 'vscode';
import { readTrainerConfigs, syntaxOf, type Parsers, type ReadConfigs } from '../../configs/trainers/read';
import type { Syntax } from '../../configs/trainers/tree';
import { loadPython, type PythonParser } from '../../configs/trainers/python/pythonParser';
import { experimentEnding } from '../../shared/ids';
import { mayBeConfig, syntaxOfDocument } from './recognize';

const none: ReadConfigs = { configs: [], faults: [] };

/** A document is asked for by six features at every keystroke; each version of it is parsed once. */
const known = new WeakMap<
  vscode.TextDocument,
  { readonly version: number; readonly read: Promise<ReadConfigs> }
>();

/** The adapters that a document asks for; none where it is no trainer's config. Never rejects. */
export function configsOf(document: vscode.TextDocument): Promise<ReadConfigs> {
  const before = known.get(document);
  if (before?.version === document.version) return before.read;
  const read = parse(document);
  known.set(document, { version: document.version, read });
  return read;
}

async function parse(document: vscode.TextDocument): Promise<ReadConfigs> {
  const syntax = syntaxOfDocument(document);
  const text = document.getText();
  if (!syntax || !mayBeConfig(text, syntax)) return none;
  return (await readerOf(syntax))(text);
}

/** How a text of a language is read, ready to be called. */
export async function readerOf(syntax: Syntax): Promise<(text: string) => ReadConfigs> {
  const parsers: Parsers = syntax === 'python' ? { python: await pythonParser() } : {};
  return (text) => readTrainerConfigs(text, syntax, parsers);
}

/** The formats of the adapters that a file on the disk asks for; none where it is no trainer's config. Never rejects. */
export async function formatsOf(file: string): Promise<string[]> {
  const syntax = file.endsWith(experimentEnding) ? undefined : syntaxOf(file);
  if (syntax === undefined) return [];
  const text = await readFile(file, 'utf8').catch(() => '');
  if (!mayBeConfig(text, syntax)) return [];
  return (await readerOf(syntax))(text).configs.map(({ format }) => format);
}

let python: Promise<PythonParser | undefined> | undefined;

/** Python's grammar is loaded when the first Python source is read; where it cannot be, such sources ask for nothing. */
export const pythonParser = (): Promise<PythonParser | undefined> =>
  (python ??= loadPython().catch(() => undefined));
