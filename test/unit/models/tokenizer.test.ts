import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadTokenizer } from '../../../src/models/tokenizer';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { sampleModel, writeStartingTokenizer } from './startingTokenizer';

describe('loadTokenizer', () => {
  const folder = temporaryFolder();
  let count = 0;
  const write = async (files: Record<string, string>): Promise<string> => {
    const dir = path.join(folder.path, `model ${count++}`);
    await mkdir(dir);
    for (const [name, content] of Object.entries(files)) await writeFile(path.join(dir, name), content);
    return dir;
  };

  it('gives back the text that it encoded', async () => {
    const tokenizer = await loadTokenizer(sampleModel);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
        assert.deepEqual(tokenizer.encodePlain(text), tokenizer.encode(text));
      }),
      { numRuns: 200, seed: 12 },
    );
  });

  it('adds special tokens to a text and none to a label', async () => {
    const dir = await write({});
    await writeStartingTokenizer(dir);
    const tokenizer = await loadTokenizer(dir);
    const plain = (await loadTokenizer(sampleModel)).encode('Hello');
    assert.deepEqual(tokenizer.encode('Hello'), [0, ...plain]);
    assert.deepEqual(tokenizer.encodePlain('Hello'), plain);
  });

  it('works without tokenizer_config.json', async () => {
    const text = await readFile(path.join(sampleModel, 'tokenizer.json'), 'utf8');
    const tokenizer = await loadTokenizer(await write({ 'tokenizer.json': text }));
    assert.equal(tokenizer.decode(tokenizer.encodePlain('as it was')), 'as it was');
  });

  it('says which folder has none', async () => {
    const dir = await write({ 'tokenizer_config.json': '{}' });
    await rejectsWith(loadTokenizer(dir), 'tokenizer-missing', /model \d+ has no tokenizer\.json/);
  });

  for (const content of ['', '{"model":', '{}', 'null', '[]', '{"model":{"type":"unheard-of"}}']) {
    it(`says which file is no tokenizer: ${content || 'an empty one'}`, async () => {
      const dir = await write({ 'tokenizer.json': content });
      await rejectsWith(loadTokenizer(dir), 'tokenizer-invalid', /tokenizer\.json cannot be used/);
    });
  }

  it('says that its configuration cannot be read', async () => {
    const text = await readFile(path.join(sampleModel, 'tokenizer.json'), 'utf8');
    const dir = await write({ 'tokenizer.json': text, 'tokenizer_config.json': '{' });
    await rejectsWith(loadTokenizer(dir), 'tokenizer-invalid', /tokenizer_config\.json cannot be used/);
  });
});
