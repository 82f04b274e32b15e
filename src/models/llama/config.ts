import * as z from 'zod';
import { LabError } from '../../shared/errors';

/**
 * What of `config.json` decides a Llama forward pass. Anything that would change the numbers and that this version
 * does not compute is refused by name: a wrong score is worse than none.
 */
const positive = z.number().int().positive();

const ropeScalingSchema = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  factor: z.number().positive().optional(),
  low_freq_factor: z.number().positive().optional(),
  high_freq_factor: z.number().positive().optional(),
  original_max_position_embeddings: positive.optional(),
});

const configSchema = z.looseObject({
  model_type: z.literal('llama'),
  hidden_size: positive,
  intermediate_size: positive,
  num_hidden_layers: positive,
  num_attention_heads: positive,
  num_key_value_heads: positive.nullish(),
  head_dim: positive.nullish(),
  vocab_size: positive,
  max_position_embeddings: positive.default(2048),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().default(10000),
  rope_scaling: ropeScalingSchema.nullish(),
  // Since transformers 5 in the place of `rope_theta` and `rope_scaling`.
  rope_parameters: ropeScalingSchema.extend({ rope_theta: z.number().positive().optional() }).nullish(),
  hidden_act: z.string().default('silu'),
  tie_word_embeddings: z.boolean().default(false),
});

/** `llama3` frequency scaling, as Hugging Face names its fields. */
export interface RopeScaling {
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  readonly originalLength: number;
}

export interface LlamaConfig {
  readonly width: number;
  readonly mlpWidth: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly vocabulary: number;
  readonly maxLength: number;
  readonly normEpsilon: number;
  readonly ropeTheta: number;
  readonly ropeScaling: RopeScaling | undefined;
  readonly tiedOutput: boolean;
}

/**
 * @param config the parsed config.json
 * @param folder for messages
 * @throws LabError model-config-invalid naming the field
 */
export function parseLlamaConfig(config: Readonly<Record<string, unknown>>, folder: string): LlamaConfig {
  const parsed = configSchema.safeParse(config);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(folder, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  }
  const c = parsed.data;
  if (c.hidden_act !== 'silu')
    throw invalid(folder, `hidden_act '${c.hidden_act}' is not computed, only 'silu'`);
  const keyValueHeads = c.num_key_value_heads ?? c.num_attention_heads;
  if (c.num_attention_heads % keyValueHeads !== 0) {
    throw invalid(folder, `num_attention_heads is not a multiple of num_key_value_heads`);
  }
  const headSize = c.head_dim ?? c.hidden_size / c.num_attention_heads;
  if (!Number.isInteger(headSize))
    throw invalid(folder, 'hidden_size is not a multiple of num_attention_heads');
  if (headSize % 2 !== 0)
    throw invalid(folder, `head_dim ${headSize} is odd, so its halves cannot be turned`);
  const rope = c.rope_parameters ?? c.rope_scaling ?? undefined;
  return {
    width: c.hidden_size,
    mlpWidth: c.intermediate_size,
    layers: c.num_hidden_layers,
    heads: c.num_attention_heads,
    keyValueHeads,
    headSize,
    vocabulary: c.vocab_size,
    maxLength: c.max_position_embeddings,
    normEpsilon: c.rms_norm_eps,
    ropeTheta: c.rope_parameters?.rope_theta ?? c.rope_theta,
    ropeScaling: parseScaling(rope, folder),
    tiedOutput: c.tie_word_embeddings,
  };
}

function parseScaling(
  scaling: z.infer<typeof ropeScalingSchema> | undefined,
  folder: string,
): RopeScaling | undefined {
  const type = scaling?.rope_type ?? scaling?.type ?? 'default';
  if (scaling === undefined || type === 'default') return undefined;
  const {
    factor,
    low_freq_factor: low,
    high_freq_factor: high,
    original_max_position_embeddings: length,
  } = scaling;
  if (
    type !== 'llama3' ||
    factor === undefined ||
    low === undefined ||
    high === undefined ||
    length === undefined
  ) {
    throw invalid(folder, `rope_scaling of type '${type}' is not computed, only a complete 'llama3'`);
  }
  return { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalLength: length };
}

const invalid = (folder: string, what: string): LabError =>
  new LabError(
    'model-config-invalid',
    `config.json of ${folder} cannot be used: ${what}.`,
    'Check the model folder, or choose another model.',
  );
