import type { Bpe } from './bpe';
import { toByteCharacters, wordPattern } from './byte-level';

/** Encodes text with a byte-pair encoding; remembers the words it has met, so a corpus takes seconds. */
export class Encoder {
  private readonly ids: Map<string, number>;
  private readonly ranks: Map<string, number>;
  private readonly known = new Map<string, readonly number[]>();

  constructor(bpe: Bpe) {
    this.ids = new Map(bpe.tokens.map((token, id) => [token, id]));
    this.ranks = new Map(bpe.merges.map(([left, right], rank) => [`${left} ${right}`, rank]));
  }

  /** Token ids of a text, without any special token. */
  encode(text: string): number[] {
    const ids: number[] = [];
    for (const [word] of text.matchAll(wordPattern)) {
      let known = this.known.get(word);
      if (!known) this.known.set(word, (known = this.encodeWord(word)));
      for (const id of known) ids.push(id);
    }
    return ids;
  }

  /** Applies the earliest learned merge that fits until none does, each time everywhere in the word. */
  private encodeWord(word: string): number[] {
    let pieces = [...toByteCharacters(word)];
    for (;;) {
      let rank = Infinity;
      for (let at = 0; at + 1 < pieces.length; at++) {
        rank = Math.min(rank, this.ranks.get(`${pieces[at]!} ${pieces[at + 1]!}`) ?? Infinity);
      }
      if (rank === Infinity) return pieces.map((piece) => this.ids.get(piece)!);
      const merged: string[] = [];
      for (let at = 0; at < pieces.length; at++) {
        const next = pieces[at + 1];
        if (next !== undefined && this.ranks.get(`${pieces[at]!} ${next}`) === rank) {
          merged.push(pieces[at]! + next);
          at++;
        } else merged.push(pieces[at]!);
      }
      pieces = merged;
    }
  }
}
