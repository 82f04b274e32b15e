import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bpe, endOfText } from './bpe';
import { paths } from './paths';

const special = {
  content: endOfText,
  lstrip: false,
  normalized: false,
  rstrip: false,
  single_word: false,
  special: true,
};
const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };

/** The `tokenizer.json` of Hugging Face tokenizers for a byte-pair encoding. */
export function tokenizerJson(bpe: Bpe): object {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [{ id: 0, ...special }],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(bpe.tokens.map((token, id) => [token, id])),
      merges: bpe.merges,
    },
  };
}

/** The `tokenizer_config.json` beside it: one token begins, ends and pads. */
export function tokenizerConfig(maxLength: number): object {
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    added_tokens_decoder: { '0': special },
    bos_token: endOfText,
    eos_token: endOfText,
    pad_token: endOfText,
    unk_token: null,
    add_bos_token: false,
    add_prefix_space: false,
    // Else decoding would join " ." and " n't" and not give back the text.
    clean_up_tokenization_spaces: false,
    model_max_length: maxLength,
  };
}

/** Writes both files into the sample's model folder. */
export function writeTokenizer(bpe: Bpe, maxLength: number): void {
  mkdirSync(paths.model, { recursive: true });
  const write = (name: string, value: object) =>
    writeFileSync(join(paths.model, name), `${JSON.stringify(value, null, 1)}\n`);
  write('tokenizer.json', tokenizerJson(bpe));
  write('tokenizer_config.json', tokenizerConfig(maxLength));
}
