import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { readModelFolder } from '../../../src/files/modelFolder';
import { makeBatches } from '../../../src/models/batches';
import { sampleLines } from '../../../src/models/dataFile';
import { generate } from '../../../src/models/generate';
import { openModel } from '../../../src/models/openModel';
import { toSample } from '../../../src/models/samples';
import { loadTokenizer } from '../../../src/models/tokenizer';
import { openDevice } from '../../../src/tensors/device';
import { lossesOf } from '../models/losses';

const sample = path.resolve(__dirname, '../../../media/sample');
const folder = path.join(sample, 'model');
const training = JSON.parse(readFileSync(path.join(folder, 'training.json'), 'utf8')) as Record<
  string,
  number
>;

/** The committed model is really pretrained: it predicts texts that it has never seen. */
describe('the sample model', () => {
  before(() => openDevice('native', 1));

  it('was measured well below the bigram baseline', () => {
    const { validationPerplexityPerToken: own = Infinity, bigramPerplexityPerToken: bigram = 0 } = training;
    assert.ok(own < 0.7 * bigram, `perplexity ${own} against the bigram's ${bigram}`);
  });

  for (const task of ['genre', 'gloss', 'sentiment', 'spam']) {
    it(`predicts the test texts of '${task}' better than the bigram baseline does its validation text`, async () => {
      const model = openModel(await readModelFolder(folder));
      const tokenizer = await loadTokenizer(folder);
      const source = {
        name: task,
        kind: 'causal-lm',
        file: path.join(sample, `data/${task}.test.jsonl`),
        text: 'text',
      } as const;
      const lines = await sampleLines(source.file, 24, 1);
      const samples = lines.map(({ record, where }) => toSample(record, source, tokenizer, 128, where));
      let loss = 0;
      let tokens = 0;
      const losses = await lossesOf(model, makeBatches(samples, 8, 1));
      losses.forEach((mean, index) => {
        const count = samples[index]!.ids.length - 1;
        loss += mean * count;
        tokens += count;
      });
      await model.dispose();
      const perplexity = Math.exp(loss / tokens);
      assert.ok(
        perplexity < training['bigramPerplexityPerToken']!,
        `perplexity ${perplexity} on ${tokens} tokens`,
      );
    });
  }

  it('continues a text with words of its own', async () => {
    const model = openModel(await readModelFolder(folder));
    const tokenizer = await loadTokenizer(folder);
    const added = await generate(model, tokenizer.encode('The people of the United'), 12, 0);
    const text = tokenizer.decode(added);
    await model.dispose();
    assert.ok(/^ States\b/.test(text), text);
  });

  it('is small enough to commit', () => {
    assert.ok(statSync(path.join(folder, 'model.safetensors')).size < 5e6);
  });
});
