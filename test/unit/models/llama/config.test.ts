import assert from 'node:assert/strict';
import { parseLlamaConfig } from '../../../../src/models/llama/config';
import { throwsWith } from '../../files/throwsCode';
import { smallLlama } from '../randomLlama';

const llama3 = {
  rope_type: 'llama3',
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 8192,
};
const scaling = { factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalLength: 8192 };
const parse = (change: Record<string, unknown>) => parseLlamaConfig({ ...smallLlama, ...change }, 'a/folder');

describe('config.json of a Llama', () => {
  it('is read, with the defaults of Hugging Face where a field is absent', () => {
    assert.deepEqual(parse({ num_key_value_heads: undefined, max_position_embeddings: undefined }), {
      width: 16,
      mlpWidth: 28,
      layers: 2,
      heads: 4,
      keyValueHeads: 4,
      headSize: 4,
      vocabulary: 40,
      maxLength: 2048,
      normEpsilon: 1e-6,
      ropeTheta: 10000,
      ropeScaling: undefined,
      tiedOutput: false,
    });
  });

  it('may have heads of a size of their own', () => {
    assert.equal(parse({ head_dim: 6 }).headSize, 6);
  });

  it('may scale positions as Llama 3 does, under either key', () => {
    assert.deepEqual(parse({ rope_scaling: llama3 }).ropeScaling, scaling);
    const { rope_type: type, ...rest } = llama3;
    assert.deepEqual(parse({ rope_scaling: { ...rest, type } }).ropeScaling, scaling);
  });

  it('may name its default positions', () => {
    for (const none of [null, { rope_type: 'default' }, { type: 'default' }, {}]) {
      assert.equal(parse({ rope_scaling: none }).ropeScaling, undefined);
    }
  });

  it('may have rope_parameters instead, as transformers 5 writes it', () => {
    const { ropeTheta, ropeScaling } = parse({ rope_parameters: { ...llama3, rope_theta: 5e5 } });
    assert.equal(ropeTheta, 5e5);
    assert.deepEqual(ropeScaling, scaling);
    assert.equal(parse({ rope_parameters: { rope_type: 'default', rope_theta: 7 } }).ropeTheta, 7);
  });

  const refused: readonly [change: Record<string, unknown>, message: RegExp][] = [
    [{ hidden_act: 'gelu' }, /hidden_act 'gelu' is not computed, only 'silu'/],
    [{ rope_scaling: { type: 'linear', factor: 2 } }, /rope_scaling of type 'linear'/],
    [{ rope_scaling: { rope_type: 'yarn', factor: 2 } }, /rope_scaling of type 'yarn'/],
    [{ rope_scaling: { rope_type: 'dynamic', factor: 2 } }, /rope_scaling of type 'dynamic'/],
    [{ rope_scaling: { ...llama3, factor: undefined } }, /only a complete 'llama3'/],
    [{ rope_scaling: { ...llama3, low_freq_factor: undefined } }, /only a complete 'llama3'/],
    [{ rope_scaling: { ...llama3, high_freq_factor: undefined } }, /only a complete 'llama3'/],
    [{ rope_scaling: { ...llama3, original_max_position_embeddings: undefined } }, /complete 'llama3'/],
    [{ rope_parameters: { rope_type: 'linear', factor: 2 } }, /type 'linear'/],
    [{ num_key_value_heads: 3 }, /num_attention_heads is not a multiple of num_key_value_heads/],
    [{ num_attention_heads: 3, num_key_value_heads: 3 }, /hidden_size is not a multiple/],
    [{ head_dim: 5 }, /head_dim 5 is odd/],
    [{ hidden_size: undefined }, /hidden_size: /],
    [{ intermediate_size: '28' }, /intermediate_size: /],
    [{ num_hidden_layers: 0 }, /num_hidden_layers: /],
    [{ vocab_size: 40.5 }, /vocab_size: /],
    [{ rms_norm_eps: 0 }, /rms_norm_eps: /],
    [{ rope_theta: 'large' }, /rope_theta: /],
    [{ rope_scaling: { factor: -1 } }, /rope_scaling\.factor: /],
    [{ model_type: 'mistral' }, /model_type: /],
  ];
  for (const [change, message] of refused) {
    it(`is refused with ${JSON.stringify(change)}, naming folder and field`, () => {
      throwsWith(() => parse(change), 'model-config-invalid', message);
      throwsWith(() => parse(change), 'model-config-invalid', /^config\.json of a\/folder cannot be used: /);
    });
  }
});
