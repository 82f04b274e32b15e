import { join } from 'node:path';

/** Which part of the data a text belongs to. No text, file, speech, chapter or mail thread belongs to two. */
export type Side = 'train' | 'validation' | 'test';

/** A text of a task, or a document of the corpus, and the side it stands on. */
export interface Sided {
  text: string;
  side: Side;
}

/** A path inside a package of scripts/sample/package.json. */
export function sourcePath(...parts: string[]): string {
  return join(__dirname, 'node_modules', ...parts);
}

/** Typographic quotes and dashes as plain ASCII (three bytes each would waste a small vocabulary), no control characters. */
export function plain(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/[\u2018\u2019\u201a\u2032]/g, "'")
    .replace(/[\u201c\u201d\u201e\u2033]/g, '"')
    .replace(/\s*\u2014\s*/g, ' -- ')
    .replace(/[\u2010\u2011\u2013]/g, '-')
    .replace(/\u2026/g, '...')
    .replace(/[^\S\n]/g, ' ')
    .replace(/[\u200b-\u200f\ufeff\ufffd\u00ad]/g, '')
    .replace(/(?!\n)\p{Cc}/gu, '');
}

/** The text on one line with single spaces. */
export function oneLine(text: string): string {
  return plain(text).replace(/\s+/g, ' ').trim();
}

/** Two texts with the same key count as duplicates: case and whitespace do not tell them apart. */
export function textKey(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').trim();
}
