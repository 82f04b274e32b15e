import { seededRandom, shuffled } from './random';
import type { Sources } from './sources';
import { type Sided, textKey } from './text';
import { synsetText } from './wordnet';

/** A document of the language-model corpus. */
export interface Document extends Sided {
  source: 'brown' | 'wordnet' | 'reviews' | 'mails' | 'speeches' | 'chapters';
}

/** Characters of WordNet documents that are used of each side; all of them would be a third of the corpus. */
const wordnetCharacters = { train: 5_000_000, validation: 90_000 };

function sampleSynsets(sources: Sources): Document[] {
  const room: Record<string, number> = { ...wordnetCharacters };
  return shuffled(sources.wordnet, seededRandom('corpus wordnet')).flatMap((synset): Document[] => {
    const text = synsetText(synset);
    const left = room[synset.side] ?? 0;
    if (left < text.length) return [];
    room[synset.side] = left - text.length;
    return [{ source: 'wordnet', side: synset.side, text }];
  });
}

/**
 * The documents for training and validating the language model, shuffled. Nothing of a task's test is among them, and what
 * a task validates with is at most among the validation documents.
 */
export function buildCorpus(sources: Sources): Document[] {
  const of = (source: Document['source'], items: readonly Sided[]) =>
    items.map(({ side, text }): Document => ({ source, side, text }));
  const documents: Document[] = [
    ...sources.brown.map((file): Document => {
      const text = file.paragraphs.map((sentences) => sentences.join(' ')).join('\n');
      return { source: 'brown', side: file.side, text };
    }),
    ...sampleSynsets(sources),
    ...of('reviews', sources.reviews),
    ...of('mails', sources.mails),
    ...of('speeches', sources.speeches),
    ...of('chapters', sources.chapters),
  ];
  const seen = new Set<string>();
  const unique = documents.filter(({ side, text }) => {
    const fresh = side !== 'test' && text.length > 0 && !seen.has(textKey(text));
    if (fresh) seen.add(textKey(text));
    return fresh;
  });
  return shuffled(unique, seededRandom('corpus'));
}
