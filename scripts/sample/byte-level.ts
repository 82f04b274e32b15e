/** The pre-tokenizer of GPT-2 (Radford et al. 2019), as `ByteLevel` of Hugging Face tokenizers has it. */
export const wordPattern = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** A printable character for each byte: the byte's own where it has one, else one from U+0100 on (GPT-2). */
export const byteCharacters: readonly string[] = (() => {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let next = 0x100;
  return Array.from({ length: 256 }, (_unused, byte) =>
    String.fromCodePoint(printable(byte) ? byte : next++),
  );
})();

const utf8 = new TextEncoder();

/** The UTF-8 bytes of a piece of text, one character for each. */
export function toByteCharacters(piece: string): string {
  let characters = '';
  for (const byte of utf8.encode(piece)) characters += byteCharacters[byte]!;
  return characters;
}
