/** The sample model's config.json. About 1.9 M parameters, small enough to commit and to train on one core. */
export const sampleConfig = {
  architectures: ['LlamaForCausalLM'],
  attention_bias: false,
  bos_token_id: 0,
  eos_token_id: 0,
  head_dim: 32,
  hidden_act: 'silu',
  hidden_size: 128,
  initializer_range: 0.02,
  intermediate_size: 336,
  max_position_embeddings: 256,
  mlp_bias: false,
  model_type: 'llama',
  num_attention_heads: 4,
  num_hidden_layers: 8,
  num_key_value_heads: 4,
  pad_token_id: 0,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
  vocab_size: 2048,
};

/** Tensor names and shapes of that model, as Hugging Face stores them (out x in). */
export function sampleTensors(): [name: string, shape: number[]][] {
  const { hidden_size: d, intermediate_size: m, vocab_size: v, num_hidden_layers: layers } = sampleConfig;
  const block = (layer: number): [string, number[]][] =>
    (
      [
        ['input_layernorm', [d]],
        ['self_attn.q_proj', [d, d]],
        ['self_attn.k_proj', [d, d]],
        ['self_attn.v_proj', [d, d]],
        ['self_attn.o_proj', [d, d]],
        ['post_attention_layernorm', [d]],
        ['mlp.gate_proj', [m, d]],
        ['mlp.up_proj', [m, d]],
        ['mlp.down_proj', [d, m]],
      ] as [string, number[]][]
    ).map(([name, shape]) => [`model.layers.${layer}.${name}.weight`, shape]);
  return [
    ['model.embed_tokens.weight', [v, d]],
    ...Array.from({ length: layers }, (_, layer) => block(layer)).flat(),
    ['model.norm.weight', [d]],
  ];
}
