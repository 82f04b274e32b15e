import type { TextTokenizer } from './tokenizer';

/** A text's own tokens, and those that the tokenizer puts before and behind it. */
export interface FramedTokens {
  readonly before: readonly number[];
  readonly plain: readonly number[];
  readonly behind: readonly number[];
}

/** Undefined where the text's own tokens do not stand in a row in what the tokenizer makes of it. */
export function framed(text: string, tokenizer: TextTokenizer): FramedTokens | undefined {
  const ids = tokenizer.encode(text);
  const plain = tokenizer.encodePlain(text);
  for (let start = 0; start + plain.length <= ids.length; start++) {
    if (!plain.every((id, index) => ids[start + index] === id)) continue;
    return { before: ids.slice(0, start), plain, behind: ids.slice(start + plain.length) };
  }
  return undefined;
}

/** The tokens of a text that goes on: some tokenizers put an end token behind whatever they encode. */
export function withoutEnd(text: string, tokenizer: TextTokenizer): number[] {
  const parts = framed(text, tokenizer);
  return parts === undefined ? tokenizer.encode(text) : [...parts.before, ...parts.plain];
}

/**
 * The tokens of a text behind a prompt. Encoded by itself a text may begin otherwise: tokenizers in the manner of
 * SentencePiece put a space before every text, which would count as a token to predict.
 */
export function continuation(prompt: string, text: string, tokenizer: TextTokenizer): number[] {
  const before = tokenizer.encodePlain(prompt);
  const whole = tokenizer.encodePlain(prompt + text);
  const goesOn = whole.length > before.length && before.every((id, index) => whole[index] === id);
  return goesOn ? whole.slice(before.length) : tokenizer.encodePlain(text);
}
