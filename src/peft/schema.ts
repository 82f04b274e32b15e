import * as z from 'zod';
import type { JsonFile } from '../files/json';
import { LabError } from '../shared/errors';

/** `adapter_config.json`, for the errors about it. */
export const aboutConfig: JsonFile = {
  what: 'The adapter configuration',
  missing: 'adapter-invalid',
  invalid: 'adapter-invalid',
  next: 'Give the folder of a LoRA, AdaLoRA or Lily adapter as PEFT saves it.',
};

/**
 * `adapter_config.json` of the adapters that are read, with PEFT's defaults (PEFT 0.21: `LoraConfig`, `AdaLoraConfig`,
 * `LilyConfig`). Keys that are not named here are kept as they are; those that would change what is computed are refused.
 */
const names = z
  .union([z.array(z.string()), z.string()])
  .nullable()
  .default(null);
const count = z.number().int().positive();

const common = {
  task_type: z.string().nullable().default(null),
  base_model_name_or_path: z.string().nullable().default(null),
  target_modules: names,
  exclude_modules: names,
  layers_to_transform: z
    .union([z.number().int(), z.array(z.number().int())])
    .nullable()
    .default(null),
  layers_pattern: names,
  modules_to_save: z.array(z.string()).nullable().default(null),
};

const lora = z.looseObject({
  ...common,
  peft_type: z.literal('LORA'),
  r: count.default(8),
  lora_alpha: z.number().default(8),
  use_rslora: z.boolean().default(false),
  rank_pattern: z.record(z.string(), count).default({}),
  alpha_pattern: z.record(z.string(), z.number()).default({}),
});

const adalora = z.looseObject({
  ...common,
  peft_type: z.literal('ADALORA'),
  init_r: count.default(12),
  lora_alpha: z.number().default(8),
  /** Which triplets were kept, by `<path>.lora_E`: not ranks, as LoRA's are. */
  rank_pattern: z.record(z.string(), z.array(z.boolean())).nullable().default(null),
});

const lily = z.looseObject({
  ...common,
  peft_type: z.literal('LILY'),
  r: count.default(32),
  stride_A: count.default(1),
  num_B: count.default(2),
  scaling: z.number().default(1),
});

/**
 * LoRA's with what MoLA and HydraLoRA add: r, experts and how many of them a token uses, by layer; and one number of experts
 * for all modules.
 */
export const moeSchema = lora.extend({
  r: z.union([count, z.array(count)]).default(8),
  number_experts: z.array(count).nonempty().optional(),
  top_k: z.array(count).nonempty().optional(),
  lora_nums: count.nullish(),
});

export const configSchema = z.discriminatedUnion('peft_type', [lora, adalora, lily], {
  error: 'peft_type must be LORA, ADALORA or LILY',
});

export type AdapterConfig = z.infer<typeof configSchema>;
export type LoraConfig = z.infer<typeof lora>;
export type AdaLoraConfig = z.infer<typeof adalora>;
export type MoeConfig = z.infer<typeof moeSchema>;
export type LilyConfig = z.infer<typeof lily>;

/** Keys whose values other than these change what is computed, and what they stand for. */
const unread: Readonly<Record<string, readonly [usual: readonly unknown[], what: string]>> = {
  use_dora: [[false], 'DoRA'],
  bias: [['none'], 'trained biases'],
  lora_bias: [[false], 'biases of B'],
  layer_replication: [[null], 'replicated layers'],
  target_parameters: [[null], 'adapters on parameters instead of modules'],
  trainable_token_indices: [[null], 'trained tokens'],
  use_qalora: [[false], 'QALoRA'],
  use_bdlora: [[null, false], 'block-diagonal LoRA'],
  arrow_config: [[null], 'Arrow routing'],
  kasa_config: [[null], 'KaSA'],
  velora_config: [[null], 'VeLoRA'],
  monteclora_config: [[null], 'MonteCLoRA'],
  alora_invocation_tokens: [[null], 'activated LoRA'],
  megatron_config: [[null], 'Megatron layers'],
  lora_nums: [[null], "HydraLoRA's experts"],
  number_experts: [[null], "MoLA's experts"],
};
/** Ways to begin that leave the base model's weights as they are; the others, PiSSA for one, take something out of them. */
const plainInits: readonly unknown[] = [true, false, 'gaussian', 'eva', 'orthogonal'];

/**
 * @param file for the message
 * @throws LabError `adapter-invalid`, naming the first key that asks for what is not computed here
 */
export function requireComputable(config: Readonly<Record<string, unknown>>, file: string): void {
  const refuse = (key: string, what: string): never => {
    throw new LabError(
      'adapter-invalid',
      `${file} asks for ${what} (${key}: ${JSON.stringify(config[key])}), which is not supported.`,
      'Use an adapter without it, or merge it into the model with PEFT.',
    );
  };
  for (const [key, [usual, what]] of Object.entries(unread)) {
    const value = config[key];
    if (value === undefined || usual.includes(value) || isEmpty(value)) continue;
    refuse(key, what);
  }
  const init = config['init_lora_weights'];
  if (init === undefined || init === null || plainInits.includes(init)) return;
  refuse('init_lora_weights', 'weights taken out of the base model');
}

const isEmpty = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && Object.keys(value).length === 0);
