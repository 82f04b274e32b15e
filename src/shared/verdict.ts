import * as z from 'zod';
import { readOnlyPlanSchema } from './planFile';
import { experimentMethods } from './words';

/**
 * What a plan is compared with:
 * - `uniform`: every target module alike, with as many parameters as the plan or as few less as there are
 * - `random`: the plan's rows in layers drawn by chance, other ones for each seed
 * - `all-layers`: the plan's usual row in every target module, whatever that costs
 */
export const controlNames = ['uniform', 'random', 'all-layers'] as const;
export type ControlName = (typeof controlNames)[number];

export const armNames = ['plan', ...controlNames] as const;
export type ArmName = (typeof armNames)[number];

/** What one training came to. */
export const armResultSchema = z.object({
  seed: z.number().int(),
  /** Of the verdict's metric: mean over tasks, of the adapter that was best on the validation data. */
  value: z.number(),
  /** Mean over tasks of the loss per target, in nats. */
  loss: z.number(),
  /** Median over the training's steps, without evaluations; 0 where it was not measured. */
  secondsPerStep: z.number().nonnegative(),
  /** What a process takes that trains it, by estimate, in bytes: one trains all arms, and gives no memory back in between. */
  memoryBytes: z.number().nonnegative(),
});
export type ArmResult = z.infer<typeof armResultSchema>;

/** The plan, or one control, with what its trainings came to. */
export const armSchema = z.object({
  name: z.enum(armNames),
  /** What it is trained as. */
  method: z.enum(experimentMethods),
  /** Trainable parameters. */
  parameters: z.number().int().nonnegative(),
  layers: z.number().int().nonnegative(),
  modules: z.number().int().nonnegative(),
  experts: z.number().int().nonnegative(),
  /** One for each seed that was trained, in their order. */
  results: z.array(armResultSchema).readonly(),
});
export type Arm = z.infer<typeof armSchema>;

export const calls = ['better', 'worse', 'none'] as const;
export type Call = (typeof calls)[number];

/** The plan against one control, over the seeds that both were trained with. In the metric's unit. */
export const comparisonSchema = z.object({
  control: z.enum(controlNames),
  seeds: z.number().int().min(2),
  /** Mean over seeds of plan less control. */
  difference: z.number(),
  standardError: z.number().nonnegative(),
  interval: z.tuple([z.number(), z.number()]).readonly(),
  /** How often a difference as large is seen where there is none, at one look. */
  p: z.number(),
  call: z.enum(calls),
  /** No difference is found, and the interval leaves none above the margin. */
  isEquivalent: z.boolean(),
  /** The interval leaves no plan that is worse by more than the margin. */
  isAsGood: z.boolean(),
  /** Another seed is not worth its training. */
  isOver: z.boolean(),
  /** Plan less control, one for each seed. */
  bySeed: z.array(z.number()).readonly(),
  /** Seconds of a step, plan over control, one for each seed. */
  timeRatios: z.array(z.number()).readonly(),
});
export type Comparison = z.infer<typeof comparisonSchema>;

/** One of the three questions that a verdict answers, and its answer, a sentence. */
export const answerSchema = z.object({ question: z.string(), words: z.string() });
export type Answer = z.infer<typeof answerSchema>;

/** A run's `verdict.json`: whether a plan is better than its controls, as far as the seeds tell. */
export const verdictSchema = z.object({
  version: z.literal(1),
  /** What was judged. */
  plan: readOnlyPlanSchema,
  metric: z.enum(['accuracy', 'loss']),
  split: z.enum(['validation', 'test']),
  /** Names of the tasks that the metric is a mean over, with the examples that each has. */
  tasks: z.array(z.object({ name: z.string(), examples: z.number().int().positive() })).readonly(),
  /** A difference that does not matter, in the metric's unit. */
  margin: z.number().nonnegative(),
  /** How often a difference is called where there is none, over all looks at one control. */
  level: z.number().min(0).max(1),
  /** Seeds that may be spent. */
  seeds: z.array(z.number().int()).min(1).readonly(),
  arms: z.array(armSchema).readonly(),
  /** None before two seeds. */
  comparisons: z.array(comparisonSchema).readonly(),
  isOver: z.boolean(),
  /** One sentence for people. */
  words: z.string(),
  answers: z.array(answerSchema).readonly(),
});
export type Verdict = z.infer<typeof verdictSchema>;
