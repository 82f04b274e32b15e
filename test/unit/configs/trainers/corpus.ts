import * as assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadPython, type PythonParser } from '../../../../src/configs/trainers/python/pythonParser';
import { readTrainerConfigs, syntaxOf, type ReadConfigs } from '../../../../src/configs/trainers/read';
import type { Syntax } from '../../../../src/configs/trainers/tree';

export const corpusFolder = path.resolve(__dirname, '../../../fixtures/configs');

/** A file of the corpus; those in the folder `none` are of no trainer. */
export interface CorpusFile {
  /** Relative to the corpus: `axolotl/lora.yml`. */
  readonly name: string;
  readonly folder: string;
  readonly syntax: Syntax;
  readonly text: string;
}

/** The corpus in one order on every machine. */
export function corpus(): CorpusFile[] {
  return readdirSync(corpusFolder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll(path.sep, '/'))
    .filter((name) => !name.endsWith('.golden.json'))
    .sort()
    .flatMap((name) => {
      const syntax = syntaxOf(name);
      if (syntax === undefined) return [];
      const text = readFileSync(path.join(corpusFolder, name), 'utf8');
      return [{ name, folder: name.split('/')[0] ?? '', syntax, text }];
    });
}

/** Whatever reading the corpus needs; Python's grammar is in it where a suite says `needsPython()`. */
export const parsers: { python?: PythonParser } = {};

export function needsPython(): void {
  before(async () => {
    parsers.python ??= await loadPython();
  });
}

export const readCorpus = (text: string, syntax: Syntax): ReadConfigs =>
  readTrainerConfigs(text, syntax, parsers);

/**
 * Holds what was found in a file to its golden file beside it. After a change that is meant, `ADAPTER_LAB_GOLDEN=write npx
 * mocha …` writes them anew; the difference is to be read before it is committed.
 */
export function requireGolden(name: string, found: unknown): void {
  const json = `${JSON.stringify(found, undefined, 2)}\n`;
  requireText(name.replace(/\.\w+$/, '.golden.json'), json);
}

/** The same for a text, by the golden file's own name. */
export function requireText(name: string, text: string): void {
  const golden = path.join(corpusFolder, name);
  if (process.env['ADAPTER_LAB_GOLDEN'] === 'write') writeFileSync(golden, text);
  assert.ok(existsSync(golden), `${golden} is missing: ADAPTER_LAB_GOLDEN=write writes it`);
  assert.equal(text, readFileSync(golden, 'utf8'));
}
