import assert from 'node:assert/strict';
import { readModelFolder, type ModelFolder } from '../../../src/files/modelFolder';
import { lacksHead, newTensors } from '../../../src/models/newHead';
import { fixtureFolder } from '../../reference/fixture';

/** A fixture's model as another class, without some of its tensors. */
async function changed(name: string, architecture: string, without: RegExp): Promise<ModelFolder> {
  const folder = await readModelFolder(fixtureFolder(name));
  const tensors = new Map([...folder.tensors].filter(([tensor]) => !without.test(tensor)));
  return { ...folder, architecture, tensors };
}

const shapesOf = (folder: ModelFolder, classes: number): Record<string, string> =>
  Object.fromEntries(newTensors(folder, classes).map(({ name, shape }) => [name, shape.join(' x ')]));

describe('a head that a checkpoint lacks', () => {
  it('is what transformers would make anew: all of it, or the part that is missing', async () => {
    const bert = await changed('bert-1', 'BertForMaskedLM', /^classifier/);
    assert.ok(lacksHead(bert));
    assert.deepEqual(shapesOf(bert, 5), { 'classifier.weight': '5 x 40', 'classifier.bias': '5' });
    const bare = await changed('bert-1', 'BertModel', /^classifier|pooler/);
    assert.deepEqual(Object.keys(shapesOf(bare, 5)), [
      ...['bert.pooler.dense.weight', 'bert.pooler.dense.bias', 'classifier.weight', 'classifier.bias'],
    ]);
    const roberta = await changed('roberta-1', 'RobertaForMaskedLM', /^classifier/);
    assert.deepEqual(Object.keys(shapesOf(roberta, 2)), [
      ...['classifier.dense.weight', 'classifier.dense.bias'],
      ...['classifier.out_proj.weight', 'classifier.out_proj.bias'],
    ]);
    const vit = await changed('vit-1', 'ViTModel', /^classifier/);
    assert.ok(lacksHead(vit));
    assert.deepEqual(Object.keys(shapesOf(vit, 2)), ['classifier.weight', 'classifier.bias']);
  });

  it('is new where the tensor of that name is of another class, and has no bias on a decoder', async () => {
    const tokens = await changed('bert-1', 'BertForTokenClassification', /^nothing/);
    assert.ok(tokens.tensors.has('classifier.weight') && lacksHead(tokens));
    assert.equal(shapesOf(tokens, 7)['classifier.weight'], '7 x 40');
    const decoder = await changed('llama-cls-1', 'LlamaForSequenceClassification', /^score/);
    assert.ok(lacksHead(decoder));
    assert.deepEqual(Object.keys(shapesOf(decoder, 4)), ['score.weight']);
  });

  it('is not lacking where there is one, or where next tokens are predicted', async () => {
    for (const name of ['bert-1', 'vit-1', 'llama-1', 'gpt2-1', 'llama-cls-1'])
      assert.equal(lacksHead(await readModelFolder(fixtureFolder(name))), false, name);
    const untied = await readModelFolder(fixtureFolder('llama-1'));
    const tensors = new Map([...untied.tensors].filter(([tensor]) => tensor !== 'lm_head.weight'));
    const settings = { ...untied.settings, tie_word_embeddings: false };
    assert.equal(lacksHead({ ...untied, tensors, settings, config: settings }), false, 'no output matrix');
  });
});
