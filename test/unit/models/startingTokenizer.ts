import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The folder of the sample model, whose tokenizer adds no special token. */
export const sampleModel = path.join(__dirname, '..', '..', '..', 'media', 'sample', 'model');

/** Writes the sample's tokenizer so that it puts token 0 before every text, as Llama's do, and behind it as others do. */
export async function writeStartingTokenizer(folder: string, options = { ends: false }): Promise<void> {
  await copyFile(path.join(sampleModel, 'tokenizer_config.json'), path.join(folder, 'tokenizer_config.json'));
  const written = JSON.parse(await readFile(path.join(sampleModel, 'tokenizer.json'), 'utf8')) as object;
  const first = '<|endoftext|>';
  const mark = { SpecialToken: { id: first, type_id: 0 } };
  const text = { Sequence: { id: 'A', type_id: 0 } };
  const post_processor = {
    type: 'TemplateProcessing',
    single: options.ends ? [mark, text, mark] : [mark, text],
    pair: [],
    special_tokens: { [first]: { id: first, ids: [0], tokens: [first] } },
  };
  await writeFile(path.join(folder, 'tokenizer.json'), JSON.stringify({ ...written, post_processor }));
}
