import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadTokenizer } from '../../../src/models/tokenizer';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith, throwsWith } from '../files/throwsCode';

const words = ['[UNK]', 'free', 'tickets'];
const sound = {
  added_tokens: [{ id: 0, content: '[UNK]', special: true }],
  normalizer: null,
  pre_tokenizer: { type: 'Split', pattern: { Regex: '\\p{L}+|\\s+(?!\\S)|\\s+' }, behavior: 'Isolated', invert: false },
  post_processor: null,
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: { type: 'WordPiece', unk_token: '[UNK]', vocab: Object.fromEntries(words.map((word, id) => [word, id])) },
}; // prettier-ignore
const split = (Regex: string) => ({ ...sound.pre_tokenizer, pattern: { Regex } });

describe('a tokenizer.json of a stranger', () => {
  const folder = temporaryFolder();
  let count = 0;
  const load = async (value: unknown, config?: string) => {
    const place = path.join(folder.path, String(count++));
    await mkdir(place);
    await writeFile(path.join(place, 'tokenizer.json'), JSON.stringify(value));
    if (config !== undefined) await writeFile(path.join(place, 'tokenizer_config.json'), config);
    return loadTokenizer(place);
  };

  it('is used where it is sound', async () => {
    assert.deepEqual((await load(sound)).encode('free'), [1]);
  });

  for (const [what, value, words] of [
    ['null', null, /cannot be used/],
    ['no model', { ...sound, model: null }, /model/],
    [
      'an id that is a text',
      { ...sound, added_tokens: [{ id: '../x', content: 'a' }] },
      /added_tokens\.0\.id/,
    ],
    [
      'a token that is no text',
      { ...sound, added_tokens: [{ id: 1, content: { length: 4294967296 } }] },
      /content/,
    ],
    ['a word with half an id', { ...sound, model: { ...sound.model, vocab: { a: 0.5 } } }, /vocab/],
    ['an expression that repeats a repeat', { ...sound, pre_tokenizer: split('(a+)+$') }, /may not end/],
    [
      'an expression with a choice of the same twice',
      { ...sound, pre_tokenizer: split('(?:a|a)*b') },
      /may not end/,
    ],
  ] as const)
    it(`is refused with ${what}`, async () => {
      await rejectsWith(load(value), 'tokenizer-invalid', words);
    });

  it('is refused at the first text where only that shows what is wrong', async () => {
    const tokenizer = await load({ ...sound, pre_tokenizer: { ...sound.pre_tokenizer, behavior: false } });
    throwsWith(() => tokenizer.encode('free'), 'tokenizer-invalid');
    const unknown = await load({ ...sound, model: { ...sound.model, unk_token: 'none' }, added_tokens: [] });
    throwsWith(() => unknown.encode('other'), 'tokenizer-invalid', /in no vocabulary/);
  });

  it('is refused with settings that are no object', async () => {
    for (const config of ['7', '"a"', '[]'])
      await rejectsWith(load(sound, config), 'tokenizer-invalid', /tokenizer_config\.json .* no JSON object/);
  });
});
