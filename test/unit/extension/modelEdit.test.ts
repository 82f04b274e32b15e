import assert from 'node:assert/strict';
import { parseExperiment } from '../../../src/configs/experiment/parse';
import { applyEdits } from '../../../src/configs/text/textEdit';
import { modelEdits } from '../../../src/extension/editor/modelEdit';
import { sampleExperiment } from '../configs/sampleExperiment';
import { throwsWith } from '../files/throwsCode';

describe('another model for an experiment', () => {
  const after = (text: string, folder: string): string => applyEdits(text, modelEdits(text, folder));

  it('changes that value alone', () => {
    const comment = '            # a Hugging Face folder';
    const text = after(sampleExperiment, 'models/Llama-2-7b-hf');
    assert.equal(text, sampleExperiment.replace('models/tiny-llama', 'models/Llama-2-7b-hf'));
    assert.ok(text.includes(`model: models/Llama-2-7b-hf${comment}`));
    assert.equal(parseExperiment(text, '/w/a.adapter.yaml').experiment?.model, '/w/models/Llama-2-7b-hf');
  });

  it('keeps quotes, line ends and flow style', () => {
    assert.equal(after('a: 1\r\nmodel: "x" # y\r\n', 'z'), 'a: 1\r\nmodel: "z" # y\r\n');
    assert.equal(after("model: 'x'\n", 'z/z'), "model: 'z/z'\n");
    assert.equal(after('{ model: x, a: [1] }', 'z'), '{ model: z, a: [1] }');
  });

  it('quotes what YAML would read as something else, and fills an empty value', () => {
    assert.equal(after('model: x\n', '../a b: #c'), 'model: "../a b: #c"\n');
    assert.equal(after('model: x\n', '7'), 'model: "7"\n');
    assert.equal(after("model: 'x'\n", "it's"), 'model: "it\'s"\n');
    assert.equal(after('model: # none yet\na: 1\n', 'z'), 'model: z # none yet\na: 1\n');
  });

  it('takes the place of a folded text, and of no line behind it', () => {
    assert.equal(after('model: >-\n  x\n\n# next\na: 1\n', 'z'), 'model: z\n\n# next\na: 1\n');
  });

  it('refuses what it would break', () => {
    for (const text of [
      '',
      'a: 1\n',
      'model: [\n',
      'model: &m x\nother: *m\n',
      '- model: x\n',
      'model: *gone\n',
    ]) {
      throwsWith(() => modelEdits(text, 'z'), 'experiment-invalid', /cannot be written/);
    }
  });
});
