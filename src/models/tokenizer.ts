import { Tokenizer } from '@huggingface/tokenizers';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../shared/errors';
import { chatTemplate, templateSource, type ChatTemplate } from './chat/chatTemplate';

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
  const definition = await readObject(file);
  if (definition === undefined) {
    throw new LabError(
      'tokenizer-missing',
      `${folder} has no tokenizer.json, so text cannot become tokens.`,
      'Add the tokenizer.json of the model, or give data that is already tokenized (input_ids).',
    );
  }
  const configFile = path.join(folder, 'tokenizer_config.json');
  const config = (await readObject(configFile)) ?? {};
  const jinjaFile = path.join(folder, 'chat_template.jinja');
  const jinja = await readText(jinjaFile);
  const template = templateSource(jinja, config);
  const chat =
    template === undefined
      ? undefined
      : chatTemplate(template, config, jinja === undefined ? configFile : jinjaFile);
  try {
    const tokenizer = new Tokenizer(definition, config);
    return {
      encode: (text) => tokenizer.encode(text).ids,
      encodePlain: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
      // The library refuses an empty list.
      decode: (ids) =>
        ids.length === 0 ? '' : tokenizer.decode([...ids], { clean_up_tokenization_spaces: false }),
      chat,
    };
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

async function readObject(file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw invalid(file, error);
  }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const invalid = (file: string, error: unknown): LabError =>
  new LabError(
    'tokenizer-invalid',
    `${file} cannot be used: ${error instanceof Error ? error.message : String(error)}.`,
    'Save the tokenizer again with the tool that made the model.',
    { cause: error },
  );
