import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from './paths';

/** Discounts that are tried. */
const discounts = [0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];
/** The last part of the training tokens is held back while the discount is chosen. */
const tuningShare = 0.05;

/** A stream of `.cache`: 16-bit little-endian token ids. */
export function readStream(name: string): Uint16Array {
  const file = readFileSync(join(paths.cache, `${name}.u16`));
  return Uint16Array.from({ length: file.length / 2 }, (_unused, at) => file.readUInt16LE(2 * at));
}

/** Counts for interpolated Kneser-Ney over pairs of tokens (Kneser & Ney 1995; Chen & Goodman 1999, interpolated form). */
export class BigramModel {
  private readonly pairs: Uint32Array;
  private readonly contexts: Float64Array;
  /** Different tokens seen after a token, and before it. */
  private readonly followers: Float64Array;
  private readonly preceders: Float64Array;
  private kinds = 0;

  constructor(
    tokens: Uint16Array,
    private readonly vocabulary: number,
  ) {
    this.pairs = new Uint32Array(vocabulary * vocabulary);
    this.contexts = new Float64Array(vocabulary);
    this.followers = new Float64Array(vocabulary);
    this.preceders = new Float64Array(vocabulary);
    for (let at = 1; at < tokens.length; at++) {
      const before = tokens[at - 1]!;
      const token = tokens[at]!;
      this.contexts[before]!++;
      if (this.pairs[before * vocabulary + token]!++ > 0) continue;
      this.followers[before]!++;
      this.preceders[token]!++;
      this.kinds++;
    }
  }

  /** Probability of a token after another; sums to 1 over the vocabulary. */
  probability(before: number, token: number, discount: number): number {
    // Half a count for every token, so that one never seen keeps a probability.
    const lower = (this.preceders[token]! + 0.5) / (this.kinds + 0.5 * this.vocabulary);
    const seen = this.contexts[before]!;
    if (seen === 0) return lower;
    const kept = Math.max(this.pairs[before * this.vocabulary + token]! - discount, 0) / seen;
    return kept + ((discount * this.followers[before]!) / seen) * lower;
  }

  /** Mean negative log-probability, in nats a token, of every token but the first. */
  loss(tokens: Uint16Array, discount: number): number {
    let sum = 0;
    for (let at = 1; at < tokens.length; at++)
      sum -= Math.log(this.probability(tokens[at - 1]!, tokens[at]!, discount));
    return sum / (tokens.length - 1);
  }
}

/** What a model that sees one token back reaches: the yardstick the sample model must beat. Writes `.cache/bigram.json`. */
export function makeBigram(): void {
  const { vocabulary, validation: summary } = JSON.parse(
    readFileSync(join(paths.cache, 'corpus.json'), 'utf8'),
  ) as {
    vocabulary: number;
    validation: { bytes: number };
  };
  const train = readStream('train');
  const validation = readStream('validation');
  const cut = Math.floor(train.length * (1 - tuningShare));
  const part = new BigramModel(train.subarray(0, cut), vocabulary);
  const tuned = discounts.map((discount) => ({ discount, loss: part.loss(train.subarray(cut), discount) }));
  const { discount } = tuned.reduce((best, next) => (next.loss < best.loss ? next : best));
  const loss = new BigramModel(train, vocabulary).loss(validation, discount);
  const result = {
    method: 'interpolated Kneser-Ney bigram',
    discount,
    validationTokens: validation.length - 1,
    lossPerToken: loss,
    perplexityPerToken: Math.exp(loss),
    perplexityPerByte: Math.exp((loss * (validation.length - 1)) / summary.bytes),
  };
  writeFileSync(join(paths.cache, 'bigram.json'), `${JSON.stringify(result, null, 2)}\n`);
  console.log(result);
}

if (require.main === module) makeBigram();
