import { Tokenizer } from '@huggingface/tokenizers';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../shared/errors';
import { fileError } from '../files/fileError';
import { chatTemplate, templateSource, type ChatTemplate } from './chat/chatTemplate';
import { isRecord } from './rows/rows';
import { invalidTokenizer, requireTokenizerFile } from './tokenizerFile';
import { parseJson } from '../shared/parseJson';

/** Text to token ids and back, as the model's own `tokenizer.json` says. */
export interface TextTokenizer {
  /** With the special tokens that the tokenizer itself adds. */
  encode(text: string): number[];
  /** Without any special token. */
  encodePlain(text: string): number[];
  decode(ids: readonly number[]): string;
  /** How conversations are written down; undefined where the folder has no chat template. */
  readonly chat?: ChatTemplate | undefined;
}

/**
 * @param folder a Hugging Face model folder with `tokenizer.json` and optionally `tokenizer_config.json`,
 *   `chat_template.jinja`
 * @throws LabError tokenizer-missing, tokenizer-invalid
 */
export async function loadTokenizer(folder: string): Promise<TextTokenizer> {
  const file = path.join(folder, 'tokenizer.json');
  const read = await readValue(file);
  if (read === undefined) {
    throw new LabError(
      'tokenizer-missing',
      `${folder} has no tokenizer.json, so text cannot become tokens.`,
      'Add the tokenizer.json of the model, or give data that is already tokenized (input_ids).',
    );
  }
  const definition = requireTokenizerFile(read, file);
  const configFile = path.join(folder, 'tokenizer_config.json');
  const config = (await readValue(configFile)) ?? {};
  if (!isRecord(config)) throw invalidTokenizer(configFile, 'it is no JSON object');
  const jinjaFile = path.join(folder, 'chat_template.jinja');
  const jinja = await readText(jinjaFile);
  const template = templateSource(jinja, config);
  const chat =
    template === undefined
      ? undefined
      : chatTemplate(template, config, jinja === undefined ? configFile : jinjaFile);
  const tokenizer = named(file, () => new Tokenizer(definition, config));
  // What a file lacks may be missed at the first text only.
  const encode = (text: string, special: boolean): number[] =>
    named(file, () => {
      const { ids } = tokenizer.encode(text, { add_special_tokens: special });
      if (ids.every((id) => Number.isInteger(id) && id >= 0)) return ids;
      throw new Error('it gives a text tokens that are in no vocabulary');
    });
  return {
    encode: (text) => encode(text, true),
    encodePlain: (text) => encode(text, false),
    // The library refuses an empty list.
    decode: (ids) =>
      ids.length === 0
        ? ''
        : named(file, () => tokenizer.decode([...ids], { clean_up_tokenization_spaces: false })),
    chat,
  };
}

/** The library's errors, with the file they are about. @throws LabError tokenizer-invalid */
function named<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw invalid(file, error);
  }
}

/** @param where the line that needs it @throws LabError tokenizer-missing */
export function requireTokenizer(tokenizer: TextTokenizer | undefined, where: string): TextTokenizer {
  if (tokenizer !== undefined) return tokenizer;
  throw new LabError(
    'tokenizer-missing',
    `${where} is text, but the model folder has no tokenizer.json.`,
    'Add the tokenizer.json of the model, or give lines with input_ids.',
  );
}

async function readValue(file: string): Promise<unknown> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  try {
    return parseJson(text);
  } catch (error) {
    throw invalid(file, error);
  }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileError(error, 'tokenizer-invalid', 'The tokenizer’s file', file, 'Check the model folder.');
  }
}

const invalid = (file: string, error: unknown): LabError =>
  invalidTokenizer(file, (error instanceof Error ? error.message : String(error)).slice(0, 500), error);
