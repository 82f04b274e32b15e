import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ignored, toSample } from '../../../src/models/samples';
import { loadTokenizer } from '../../../src/models/tokenizer';
import { temporaryFolder } from '../files/temporary';

/** A tokenizer in the manner of SentencePiece, as Llama 2's: a space before every text, words with their space. */
const definition = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Prepend', prepend: '▁' },
      { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    ],
  },
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
  model: {
    type: 'Unigram',
    unk_id: 0,
    vocab: [
      ['<unk>', 0],
      ['▁', -3],
      ['▁good', -2],
      ['▁Label:', -2],
      ['▁positive', -2],
    ],
  },
};

describe('the label behind a prompt', () => {
  const folder = temporaryFolder();

  it('is predicted as it stands in running text, without a space of its own before it', async () => {
    await writeFile(path.join(folder.path, 'tokenizer.json'), JSON.stringify(definition));
    await writeFile(path.join(folder.path, 'tokenizer_config.json'), '{}');
    const tokenizer = await loadTokenizer(folder.path);
    assert.deepEqual(tokenizer.encodePlain(' positive'), [1, 4], 'by itself it would have one');
    const task = { name: 't', kind: 'classification', file: '', text: 'text', label: 'label' } as const;
    const sample = toSample(
      { text: 'good', label: 'positive' },
      { ...task, prompt: '{text} Label:' },
      tokenizer,
      20,
      'here',
    );
    assert.deepEqual(sample, { ids: [2, 3, 4], targets: [ignored, ignored, 4] });
  });
});
