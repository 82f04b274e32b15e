import * as z from 'zod';

/**
 * Options of single methods, each in a block named after it. Names follow the papers and PEFT where those have one, so that
 * who knows them finds them again. Some are for methods that are built later; the file's form is fixed today.
 */
const whole = z.number().int();

export const floeSchema = z
  .strictObject({
    warmup_steps: whole
      .min(1)
      .default(50)
      .describe('Training steps on the proxy set before gates are scored.'),
    warmup_learning_rate: z.number().positive().default(2e-4).describe('Learning rate of the warm-up.'),
    refine: z
      .boolean()
      .default(true)
      .describe(
        'Improve the mask by swaps that take the whole Fisher matrix into account, not its diagonal alone.',
      ),
  })
  .describe('Options of FLoE (arXiv 2506.00495).');

export const loraSmoeSchema = z
  .strictObject({
    quantile: z
      .number()
      .min(0)
      .max(1)
      .default(0.4)
      .describe('A task votes for the modules whose sensitivity is above this quantile of their group.'),
    grouping: z
      .enum(['type', 'pooled', 'attention-mlp'])
      .default('type')
      .describe(
        'Modules that share a threshold: those of one type, all of them, or attention and MLP apart.',
      ),
    statistic: z
      .enum(['sum', 'mean'])
      .default('sum')
      .describe('Sensitivity as the sum over the entries of a weight, or their mean.'),
    folds: whole
      .min(1)
      .default(4)
      .describe('Parts into which a single task is split to give several votes; our extension.'),
  })
  .describe('Options of LoRA-SMoE (arXiv 2505.06272).');

export const lilySchema = z
  .strictObject({
    stride_a: whole.min(1).default(1).describe('Neighboring layers that share one A.'),
    num_b: whole.min(1).default(2).describe("B's in the pool that all layers share."),
    scaling: z.number().positive().default(1).describe('Factor of the adapter; Lily has no alpha.'),
    router: z
      .enum(['mean-of-softmax', 'softmax-of-sum'])
      .default('mean-of-softmax')
      .describe("How tokens choose B's: as in the published code, or as in the paper's equation."),
    per_sample: z
      .boolean()
      .default(true)
      .describe('Choose for each sample by itself; the published code mixes the samples of a batch.'),
  })
  .describe('Options of Lily (arXiv 2407.09946).');

export const dynamicLoraSchema = z
  .strictObject({
    layer_weights: z.boolean().default(false).describe('Weigh the adapters of layers by their importance.'),
    reallocate: z.boolean().default(false).describe('Move rank between layers while training.'),
    input_factor: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe('How much the input may change the adapter: 0 not at all, 0.1 by a tenth.'),
    smoothing: z.number().min(0).lt(1).default(0.9).describe('Moving average of the importance.'),
    interval: whole.min(1).default(50).describe('Steps between two updates.'),
    warmup_ratio: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe('Share of the steps before the first update.'),
    temperature: z.number().positive().default(1).describe('Sharpness of the weights; large is uniform.'),
    rank_min: whole.min(1).default(1).describe('Least rank of a layer.'),
    rank_max_factor: z.number().min(1).default(4).describe('Largest rank of a layer, in means.'),
  })
  .describe('Options of dynamic LoRA, inspired by arXiv 2501.14859; all off is plain LoRA.');

export const adaloraSchema = z
  .strictObject({
    init_r: whole.min(1).default(12).describe('Rank at the start.'),
    target_r: whole.min(1).default(8).describe('Mean rank at the end.'),
    tinit: whole.min(0).default(0).describe('Steps before pruning begins.'),
    tfinal: whole.min(0).default(0).describe('Steps at the end without pruning.'),
    delta_t: whole.min(1).default(1).describe('Steps between two prunings.'),
    beta1: z.number().min(0).lt(1).default(0.85).describe('Moving average of the sensitivity.'),
    beta2: z.number().min(0).lt(1).default(0.85).describe('Moving average of its uncertainty.'),
    orth_reg_weight: z.number().min(0).default(0.5).describe('Weight of the orthogonality penalty.'),
  })
  .describe("Options of AdaLoRA, named as in PEFT's AdaLoraConfig.");
