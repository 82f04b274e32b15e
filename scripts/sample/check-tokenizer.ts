import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import type { Bpe } from './bpe';
import { Encoder } from './encoder';
import { paths } from './paths';
import { seededRandom, shuffled } from './random';

const readJson = (name: string) => JSON.parse(readFileSync(join(paths.model, name), 'utf8')) as object;

/** Strings of random code points from all planes, without surrogates: those have no UTF-8. */
function randomUnicode(count: number): string[] {
  const random = seededRandom('unicode');
  const point = () => {
    const code = Math.floor(random() * [0x80, 0x800, 0x10000, 0x110000][Math.floor(random() * 4)]!);
    return code >= 0xd800 && code < 0xe000 ? 0x20 : code;
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: Math.floor(random() * 24) }, () => String.fromCodePoint(point())).join(''),
  );
}

/**
 * Compares our encoder with @huggingface/tokenizers, which reads the written files, on 2,000 of the given lines, on
 * whitespace, and on random Unicode; also that decoding gives the text back. Throws at the first difference.
 */
export function checkTokenizer(lines: readonly string[]): number {
  const json = readJson('tokenizer.json') as {
    model: { vocab: Record<string, number>; merges: Bpe['merges'] };
  };
  const theirs = new Tokenizer(json, readJson('tokenizer_config.json'));
  // By id: JavaScript lists keys that look like numbers ("1964") before all others.
  const tokens = Object.entries(json.model.vocab)
    .sort((one, other) => one[1] - other[1])
    .map(([token]) => token);
  const ours = new Encoder({ tokens, merges: json.model.merges });
  const odd = [
    '',
    ' ',
    '  a',
    'a  ',
    '\n\n b\t',
    "It's we'll 'S",
    'é e\u0301 ❤️ 👩‍🚀 한국어',
    '\u0000\u007f',
    ' .  , !',
  ];
  const texts = [...shuffled(lines, seededRandom('check')).slice(0, 2000), ...odd, ...randomUnicode(1000)];
  for (const text of texts) {
    const expected = ours.encode(text);
    const { ids } = theirs.encode(text, { add_special_tokens: false });
    if (ids.join() !== expected.join()) throw new Error(`Encoded otherwise: ${JSON.stringify(text)}`);
    // The library refuses to decode nothing.
    if (ids.length > 0 && theirs.decode(ids) !== text)
      throw new Error(`Decoded otherwise: ${JSON.stringify(text)}`);
  }
  return texts.length;
}
