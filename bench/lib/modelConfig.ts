import type { FloatDtype } from '../../src/files/dtypes';
import type { ModelShape } from './modelShapes';

const torchDtypes: Readonly<Record<FloatDtype, string>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
};

/** config.json of a shape, with the fields of published models of the family. */
export function configOf(shape: ModelShape, dtype: FloatDtype): Record<string, unknown> {
  const shared = {
    initializer_range: 0.02,
    torch_dtype: torchDtypes[dtype],
    use_cache: true,
    vocab_size: shape.vocabulary,
  };
  switch (shape.family) {
    case 'gpt2':
      return {
        ...shared,
        activation_function: 'gelu_new',
        architectures: ['GPT2LMHeadModel'],
        attn_pdrop: 0.1,
        embd_pdrop: 0.1,
        layer_norm_epsilon: 1e-5,
        model_type: 'gpt2',
        n_embd: shape.width,
        n_head: shape.heads,
        n_inner: shape.mlpWidth ?? null,
        n_layer: shape.layers,
        n_positions: shape.positions,
        resid_pdrop: 0.1,
      };
    case 'bert':
      return {
        ...shared,
        architectures: ['BertForSequenceClassification'],
        attention_probs_dropout_prob: 0.1,
        hidden_act: 'gelu',
        hidden_dropout_prob: 0.1,
        hidden_size: shape.width,
        intermediate_size: shape.mlpWidth ?? 4 * shape.width,
        layer_norm_eps: 1e-12,
        max_position_embeddings: shape.positions,
        model_type: 'bert',
        num_attention_heads: shape.heads,
        num_hidden_layers: shape.layers,
        pad_token_id: 0,
        position_embedding_type: 'absolute',
        type_vocab_size: 2,
        // Hugging Face leaves the names out where there are two.
        ...(shape.labels === 2 ? {} : names(shape.labels)),
      };
    case 'llama':
      return {
        ...shared,
        architectures: ['LlamaForCausalLM'],
        attention_bias: false,
        bos_token_id: 1,
        eos_token_id: 2,
        hidden_act: 'silu',
        hidden_size: shape.width,
        intermediate_size: shape.mlpWidth,
        max_position_embeddings: shape.positions,
        mlp_bias: false,
        model_type: 'llama',
        num_attention_heads: shape.heads,
        num_hidden_layers: shape.layers,
        num_key_value_heads: shape.keyValueHeads,
        rms_norm_eps: 1e-5,
        rope_scaling: null,
        rope_theta: 10000,
        tie_word_embeddings: false,
      };
  }
}

function names(labels: number): Record<string, unknown> {
  const all = Array.from({ length: labels }, (_, index) => [index, `LABEL_${index}`] as const);
  return {
    id2label: Object.fromEntries(all),
    label2id: Object.fromEntries(all.map(([index, name]) => [name, index])),
  };
}
