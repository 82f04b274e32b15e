/**
 * What PEFT adapts where `target_modules` is null, by the model_type of config.json (PEFT 0.21, utils/constants.py:
 * `TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING`, whose copy Lily takes, and `…_ADALORA_…`). A text is an expression.
 */
type Defaults = Readonly<Record<string, readonly string[] | string>>;

const qv = ['q_proj', 'v_proj'];
const queryValue = ['query', 'value'];
const fused = ['query_key_value'];
const everyOpt = ['q_proj', 'k_proj', 'v_proj', 'out_proj', 'fc1', 'fc2'];
const attention = ['q_proj', 'k_proj', 'v_proj', 'o_proj'];
const gemma4 = '.*language_model\\..*\\.(q_proj|v_proj)';

const lora: Defaults = {
  t5: ['q', 'v'],
  mt5: ['q', 'v'],
  bart: qv,
  gpt2: ['c_attn'],
  bloom: fused,
  'blip-2': ['q', 'v', ...qv],
  opt: qv,
  gptj: qv,
  gpt_neox: fused,
  gpt_neo: qv,
  bert: queryValue,
  roberta: queryValue,
  'xlm-roberta': queryValue,
  electra: queryValue,
  'deberta-v2': ['query_proj', 'value_proj'],
  deberta: ['in_proj'],
  layoutlm: queryValue,
  llama: qv,
  llama4: qv,
  chatglm: fused,
  gpt_bigcode: ['c_attn'],
  mpt: ['Wqkv'],
  RefinedWebModel: fused,
  RefinedWeb: fused,
  falcon: fused,
  btlm: ['c_proj', 'c_attn'],
  codegen: ['qkv_proj'],
  mistral: qv,
  mixtral: qv,
  stablelm: qv,
  phi: [...qv, 'fc1', 'fc2'],
  gemma: qv,
  gemma2: qv,
  gemma3_text: qv,
  gemma4,
  qwen2: qv,
  qwen3: qv,
  nemotron_h: attention,
  rwkv: ['key', 'value', 'receptance', 'output'],
  rwkv7: ['r_proj', 'k_proj', 'v_proj', 'o_proj', 'key', 'value'],
};

const adalora: Defaults = {
  t5: ['q', 'k', 'v', 'o', 'wi', 'wo'],
  mt5: ['q', 'k', 'v', 'o', 'wi_0', 'wi_1', 'wo'],
  bart: everyOpt,
  gpt2: ['c_attn'],
  bloom: fused,
  opt: everyOpt,
  gptj: qv,
  gpt_neox: fused,
  gpt_neo: qv,
  llama: qv,
  llama4: qv,
  bert: queryValue,
  roberta: ['query', 'key', 'value', 'dense'],
  'deberta-v2': ['query_proj', 'key_proj', 'value_proj', 'dense'],
  gpt_bigcode: ['c_attn'],
  deberta: ['in_proj'],
  gemma: qv,
  gemma2: qv,
  gemma3_text: qv,
  gemma4,
  qwen2: qv,
  qwen3: qv,
  nemotron_h: attention,
};

/** The targets of an adapter that names none; undefined where PEFT refuses, because it has none for that type. */
export function defaultTargets(
  kind: 'lora' | 'adalora' | 'lily',
  modelType: string,
): readonly string[] | string | undefined {
  const all = kind === 'adalora' ? adalora : lora;
  return Object.hasOwn(all, modelType) ? all[modelType] : undefined;
}
