import { byteCharacters, toByteCharacters, wordPattern } from './byte-level';

/** The first token: it ends a document, begins a text, and pads a batch. */
export const endOfText = '<|endoftext|>';

/** A trained byte-pair encoding: token strings by id (byte characters), and the merges in the order they were learned. */
export interface Bpe {
  tokens: string[];
  merges: [string, string][];
}

/** A word with how often it occurs, as the ids of its present pieces. */
interface Word {
  pieces: number[];
  count: number;
}

/** Ids stay below 2^16, so a pair fits one number. */
const pairKey = (left: number, right: number) => left * 65536 + right;

/** Counts of all adjacent pairs, and for each pair the words that have or had it. */
class PairIndex {
  private readonly counts = new Map<number, number>();
  private readonly places = new Map<number, Set<number>>();

  add(word: number, pieces: readonly number[], count: number): void {
    for (let at = 0; at + 1 < pieces.length; at++) {
      const key = pairKey(pieces[at]!, pieces[at + 1]!);
      this.counts.set(key, (this.counts.get(key) ?? 0) + count);
      if (count < 0) continue;
      let words = this.places.get(key);
      if (!words) this.places.set(key, (words = new Set()));
      words.add(word);
    }
  }

  /** The most frequent pair; of equally frequent ones that with the lowest ids. */
  best(): number | undefined {
    let best: number | undefined;
    let most = 1;
    for (const [key, count] of this.counts) {
      if (count > most || (count === most && best !== undefined && key < best)) [best, most] = [key, count];
    }
    return best;
  }

  /** Forgets a pair that was merged, and gives the words it stood in. */
  take(key: number): Iterable<number> {
    const words = this.places.get(key) ?? [];
    this.places.delete(key);
    this.counts.delete(key);
    return words;
  }
}

function mergePieces(pieces: readonly number[], left: number, right: number, merged: number): number[] {
  const out: number[] = [];
  for (let at = 0; at < pieces.length; at++) {
    if (pieces[at] === left && pieces[at + 1] === right) {
      out.push(merged);
      at++;
    } else out.push(pieces[at]!);
  }
  return out;
}

function countWords(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const [piece] of text.matchAll(wordPattern)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  return counts;
}

/**
 * Learns a byte-level byte-pair encoding (Sennrich et al. 2016) of `vocabularySize` tokens: end of text, the 256 bytes, and
 * merges. Works on counts of words and touches only the words that hold the merged pair.
 */
export function trainBpe(texts: Iterable<string>, vocabularySize: number): Bpe {
  const tokens = [endOfText, ...byteCharacters];
  const idOfByte = new Map(byteCharacters.map((character, byte) => [character, byte + 1]));
  const words: Word[] = [...countWords(texts)].map(([word, count]) => ({
    pieces: [...toByteCharacters(word)].map((character) => idOfByte.get(character)!),
    count,
  }));
  const index = new PairIndex();
  words.forEach((word, at) => index.add(at, word.pieces, word.count));
  const merges: [string, string][] = [];
  while (tokens.length < vocabularySize) {
    const best = index.best();
    if (best === undefined) break;
    const left = Math.floor(best / 65536);
    const right = best % 65536;
    for (const at of index.take(best)) {
      const word = words[at]!;
      const pieces = mergePieces(word.pieces, left, right, tokens.length);
      if (pieces.length === word.pieces.length) continue;
      index.add(at, word.pieces, -word.count);
      index.add(at, pieces, word.count);
      word.pieces = pieces;
    }
    index.take(best);
    merges.push([tokens[left]!, tokens[right]!]);
    tokens.push(tokens[left]! + tokens[right]!);
  }
  return { tokens, merges };
}
