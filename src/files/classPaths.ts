/**
 * transformers' `base_model_prefix`, by model_type: what stands before the names of a bare model's files in a class with a
 * head. Published GPT-2 files have `h.0.…`, `GPT2LMHeadModel` has `transformer.h.0.…`.
 */
const prefixes: Readonly<Record<string, readonly string[]>> = {
  model: [
    ...[
      'bart',
      'cohere',
      'cohere2',
      'deepseek_v2',
      'deepseek_v3',
      'exaone4',
      'gemma',
      'gemma2',
      'gemma3_text',
    ],
    ...['glm', 'glm4', 'gpt_oss', 'granite', 'llama', 'mistral', 'mixtral', 'modernbert', 'nemotron', 'olmo'],
    ...['olmo2', 'opt', 'phi', 'phi3', 'qwen2', 'qwen2_moe', 'qwen3', 'qwen3_moe', 'smollm3', 'stablelm'],
    'starcoder2',
  ],
  transformer: ['bloom', 'codegen', 'falcon', 'gpt2', 'gpt_bigcode', 'gpt_neo', 'gptj', 'mpt'],
  gpt_neox: ['gpt_neox'],
  albert: ['albert'],
  bert: ['bert'],
  deberta: ['deberta', 'deberta-v2'],
  distilbert: ['distilbert'],
  electra: ['electra'],
  layoutlm: ['layoutlm'],
  mpnet: ['mpnet'],
  roberta: ['camembert', 'roberta', 'xlm-roberta'],
  vit: ['vit'],
};
const prefixOf = new Map(
  Object.entries(prefixes).flatMap(([prefix, types]) => types.map((type) => [type, `${prefix}.`] as const)),
);

/** Heads stand beside the bare model, not in it. */
const ofHead =
  /^(?:lm_head|embed_out|cls|score|classifier|qa_outputs|vocab_\w+|generator_\w+|discriminator_\w+)(?:\.|$)/;
/** Those that predict tokens; a class for another task has none of these modules. */
const ofLanguageHead = /^(?:lm_head|embed_out|cls|vocab_\w+|generator_\w+)(?:\.|$)/;

export const isInLanguageHead = (path: string): boolean => ofLanguageHead.test(path);

/** What transformers calls modules of models that also see (since 4.52), where their files keep older names. */
const seeing: readonly (readonly [of: RegExp, renames: readonly (readonly [RegExp, string])[]])[] = [
  [
    /^language_model\.model\./,
    [
      [/^language_model\.model\./, 'model.language_model.'],
      [/^language_model\.lm_head\./, 'lm_head.'],
      [/^(?=vision_tower\.|multi_modal_projector\.)/, 'model.'],
    ],
  ],
  [
    /^visual\./,
    [
      [/^visual\./, 'model.visual.'],
      [/^model\.(?!language_model\.|visual\.)/, 'model.language_model.'],
    ],
  ],
];

/**
 * The names that a checkpoint's tensors have in the class that an adapter is for: one with a head.
 *
 * @param names as the files have them
 * @returns the class's name of a name
 */
export function classPaths(names: readonly string[], modelType: string): (name: string) => string {
  const renames = seeing.find(([of]) => names.some((name) => of.test(name)))?.[1];
  if (renames) {
    return (name) => {
      const rename = renames.find(([pattern]) => pattern.test(name));
      return rename ? name.replace(rename[0], rename[1]) : name;
    };
  }
  const prefix = prefixOf.get(modelType);
  if (prefix === undefined || names.some((name) => name.startsWith(prefix))) return (name) => name;
  return (name) => (ofHead.test(name) ? name : prefix + name);
}
