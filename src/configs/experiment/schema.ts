import * as z from 'zod';
import { executorNames } from '../../shared/executorWords';
import { planSchema } from '../../shared/planFile';
import { promptParts } from '../../shared/taskSource';
import { controlNames } from '../../shared/verdict';
import { estimators, experimentMethods, taskKinds } from '../../shared/words';
import { adaloraSchema, dynamicLoraSchema, floeSchema, lilySchema, loraSmoeSchema } from './methodBlocks';
import { confidenceSchema, countSchema, layersSchema, marginSchema } from './quantity';

const whole = z.number().int();
const text = z.string().min(1);

const taskSchema = z
  .strictObject({
    name: text.describe('Name of the task, unlike any other in this file.'),
    kind: z
      .enum(taskKinds)
      .describe(
        'classification (text with a label), causal-lm (text, conversations) or image-classification.',
      ),
    train: text.describe(
      'Data to score and train on, relative to this file: .jsonl, .json, .csv, .tsv or .parquet.',
    ),
    validation: text.optional().describe('Data that the search and the verdict are measured on.'),
    test: text.optional().describe('Data that only the final report is measured on.'),
    text: text.default('text').describe('Column with the text.'),
    weight: z
      .number()
      .positive()
      .default(1)
      .describe('How often its samples come in a mixture of tasks, against others of weight 1.'),
    label: text.optional().describe('Column with the label; "label" where absent. Not used by causal-lm.'),
    prompt: text
      .refine((prompt) => promptParts(prompt).some((part) => 'column' in part), {
        error: 'must contain {text} or another column',
      })
      .optional()
      .describe(
        'What stands before the label, or before the text of causal-lm; {text}, {question} stand for columns.',
      ),
  })
  .describe('One task: its data and what is to be learned from it.');

const adapterSchema = z.strictObject({
  targets: z
    .array(text)
    .min(1)
    .default(['q_proj', 'v_proj'])
    .describe("Modules that may get adapters: ends of their paths, as in PEFT's target_modules."),
  rank: whole.min(1).default(8).describe('Rank of each adapter.'),
  alpha: z
    .number()
    .positive()
    .optional()
    .describe('The adapter is scaled by alpha / rank; twice the rank where absent.'),
  experts: whole.min(1).default(4).describe('Experts per adapted module, on average.'),
  top_k: whole.min(1).default(2).describe('Experts that each token is routed to.'),
  dropout: z.number().min(0).lt(1).default(0).describe("Dropout on the adapter's input while training."),
  modules_to_save: z
    .array(text)
    .optional()
    .describe(
      "Parts of a classification head that are trained whole, as in PEFT's modules_to_save; classifier and score where absent, nothing where empty.",
    ),
});

const scoreSchema = z.strictObject({
  estimator: z.enum(estimators).default('fisher').describe('How scores are computed.'),
  labels: z
    .enum(['empirical', 'true'])
    .default('empirical')
    .describe("Whose labels the loss is of: the data's, or drawn from the model."),
  samples: whole.min(1).default(256).describe('Samples of each task; all where it has fewer.'),
  until_sure: confidenceSchema
    .optional()
    .describe(
      'Stop a task before all samples are scored, once its top layers are the same in this share of resamples twice in a row: 95%.',
    ),
  batch_size: whole.min(1).default(8).describe('Samples computed at a time; changes memory, not the scores.'),
  max_length: whole.min(2).default(256).describe('Tokens after which a sample is cut.'),
  seed: whole.default(1).describe('Seed of the shuffle that picks the samples.'),
});

const budgetSchema = z.strictObject({
  layers: layersSchema
    .optional()
    .describe('Layers that may have adapters: a share such as 25%, or a number.'),
  parameters: countSchema.optional().describe('Trainable parameters at most: 200k, 1.5M or a number.'),
  experts: countSchema.optional().describe('Experts at most, over all modules.'),
  megabytes: z
    .number()
    .positive()
    .optional()
    .describe('Size of the saved adapter at most, in megabytes at 4 bytes a parameter.'),
});

const searchSchema = z.strictObject({
  ranks: z.array(whole.min(1)).min(1).default([2, 4, 8, 16, 32, 64]).describe('Ranks to choose from.'),
  mlp_ranks: z
    .array(whole.min(1))
    .min(1)
    .optional()
    .describe("Ranks of MLP modules, where they are searched by themselves; ranks are attention's then."),
  layers: z
    .array(layersSchema)
    .min(1)
    .prefault(['25%', '50%', '100%'])
    .describe('Shares or numbers of layers to choose from.'),
  experts: z
    .array(whole.min(1))
    .min(1)
    .optional()
    .describe('Experts a module to choose from, for methods with experts; adapter.experts where absent.'),
  evaluations: whole.min(1).default(8).describe('Trials at most.'),
  batch: whole
    .min(1)
    .default(1)
    .describe('Trials that are proposed together, and trained at the same time where the executor has room.'),
  proposer: z
    .enum(['gaussian', 'tpe', 'random', 'grid'])
    .default('gaussian')
    .describe(
      'What proposes trials: a Gaussian process, a tree-structured Parzen estimator, chance, or the list.',
    ),
  seeds: whole
    .min(1)
    .default(1)
    .describe('Seeds that each trial is trained with: the first ones of train.seeds.'),
  halving: z
    .boolean()
    .default(true)
    .describe('End trials early that are worse than two of three others were at the same step.'),
  size_weight: z
    .number()
    .min(0)
    .default(0)
    .describe('What an adapter as large as the budget must be better by, in units of the metric.'),
});

const trainSchema = z.strictObject({
  epochs: z.number().positive().default(1).describe('Passes over the training data.'),
  learning_rate: z.number().positive().default(3e-4).describe('Highest learning rate.'),
  warmup_ratio: z
    .number()
    .min(0)
    .max(1)
    .default(0.03)
    .describe('Share of the steps in which the rate rises.'),
  schedule: z
    .enum(['cosine', 'linear', 'constant'])
    .default('cosine')
    .describe('How the rate falls after the warm-up.'),
  weight_decay: z.number().min(0).default(0).describe('Weight decay of AdamW.'),
  batch_size: whole.min(1).default(8).describe('Samples a step.'),
  max_length: whole.min(2).default(256).describe('Tokens after which a sample is cut.'),
  packing: z
    .boolean()
    .default(false)
    .describe(
      'Join the samples of causal-lm tasks into rows of max_length tokens, so that little is padding.',
    ),
  max_grad_norm: z.number().min(0).default(1).describe('Norm that gradients are clipped to; 0: not at all.'),
  evaluations: whole.min(1).default(2).describe('Evaluations on the validation data in each epoch.'),
  patience: whole
    .min(0)
    .default(0)
    .describe('Evaluations without a better one after which training ends early; 0: never.'),
  seeds: z
    .array(whole)
    .min(1)
    .default([1, 2, 3])
    .describe('One training for each seed; the verdict needs several.'),
});

const judgeSchema = z.strictObject({
  controls: z
    .array(z.enum(controlNames))
    .min(1)
    .default(['uniform'])
    .describe(
      'What the plan is compared with: uniform (all targets alike, in its size), random (its rows in layers drawn by chance) and all-layers (its usual row everywhere).',
    ),
  margin: marginSchema
    .default(0.01)
    .describe('A difference that does not matter: 1% of accuracy, or 0.01 of a loss.'),
});

/** Options of sbatch that are ours; it takes any beginning of a long one for the whole. */
const ownFlags = ['wrap', 'array', 'output', 'error', 'job-name', 'parsable', 'open-mode', 'signal'];
const isOwnFlag = (flag: string): boolean => {
  const name = /^--([\w-]*)/.exec(flag)?.[1] ?? '';
  return ownFlags.some((one) => one.startsWith(name));
};
/** What does not begin with dashes would be a script; short options can be joined to others. */
const flagSchema = text
  .regex(/^--[a-z]/, { error: 'must be a long option of sbatch, as --qos=high' })
  .refine((flag) => !isOwnFlag(flag), {
    error: `must be none of ours: ${ownFlags.map((one) => `--${one}`).join(', ')}`,
  });
const jobsSchema = z.strictObject({
  at_once: whole
    .min(1)
    .optional()
    .describe('Parts that are done at the same time, at most; processes where the executor is local.'),
  account: text.optional().describe('Slurm: who is charged.'),
  partition: text.optional().describe('Slurm: which machines.'),
  gpus: text.optional().describe('Cards for each part: "1", and for Slurm a kind as well, a100:1.'),
  cpus: whole.min(1).optional().describe('Cores for each part.'),
  memory: text.optional().describe('Slurm: memory for each part, 16G.'),
  time: text
    .optional()
    .describe('Slurm: time limit of one job, "2:00:00". A part that reaches it goes on in another job.'),
  flags: z.array(flagSchema).optional().describe('Slurm: further options of sbatch, as they are.'),
  address: text.optional().describe("Ray: its dashboard's address, http://127.0.0.1:8265."),
});

const planBlockSchema = z.strictObject({
  modules: planSchema.shape.modules
    .default({})
    .describe('Rank, alpha and experts by module path; "locked: true" keeps the allocator off a row.'),
  shared: planSchema.shape.shared.default([]).describe('Tensors that several modules share (Lily).'),
});

/** An experiment file as it is written. Every description is what the editor shows on hovering the key. */
export const experimentFileSchema = z.strictObject({
  version: z.literal(1).describe('Version of this file format: 1.'),
  model: text.describe(
    'Hugging Face model folder (config.json, *.safetensors, tokenizer.json), relative to this file.',
  ),
  tasks: z.array(taskSchema).min(1).describe("One or more tasks; LoRA-SMoE's vote needs several."),
  method: z.enum(experimentMethods).describe('What is trained and how the plan is made.'),
  adapter: adapterSchema.prefault({}).describe('What the adapters look like.'),
  score: scoreSchema.prefault({}).describe('How the layers are scored.'),
  budget: budgetSchema.prefault({}).describe('Limits of the plan; each one given must hold.'),
  search: searchSchema
    .prefault({})
    .describe('What the rank search may try. Where it is given, the main job searches.'),
  train: trainSchema.prefault({}).describe('How trials and final adapters are trained.'),
  judge: judgeSchema
    .prefault({})
    .describe(
      'What the plan is judged against, over the seeds of train. Where it is given, the main job ends with the verdict.',
    ),
  target_config: text.optional().describe("The trainer's own config file that the plan is written back to."),
  executor: z
    .enum(executorNames)
    .optional()
    .describe(
      'Who does trials, trainings of a verdict and parts of a score: the engine here, a Slurm cluster by its own programs, or a Ray cluster by its dashboard.',
    ),
  jobs: jobsSchema
    .prefault({})
    .describe("What each part gets from the executor. What is absent is the cluster's to say."),
  floe: floeSchema.prefault({}),
  lora_smoe: loraSmoeSchema.prefault({}),
  lily: lilySchema.prefault({}),
  dynamic_lora: dynamicLoraSchema.prefault({}),
  adalora: adaloraSchema.prefault({}),
  plan: planBlockSchema
    .optional()
    .describe('The allocation. Written by Adapter Lab, edited by hand as you like.'),
});

export type ExperimentFile = z.output<typeof experimentFileSchema>;
