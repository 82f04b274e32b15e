import * as z from 'zod';
import { allocationMethods, type Plan } from './words';

const limit = z.number().positive();

/** A budget as it travels; experiments write theirs otherwise. */
export const budgetSchema = z.strictObject({
  layers: z
    .union([z.strictObject({ share: limit.max(1) }), z.strictObject({ count: z.number().int().positive() })])
    .optional(),
  parameters: limit.optional(),
  experts: z.number().int().positive().optional(),
  megabytes: limit.optional(),
});

/** A run's `plan.json`: the plan with what it was made from. */
const positive = z.number().int().positive();

export const plannedModuleSchema = z.strictObject({
  rank: positive,
  alpha: z.number().positive(),
  experts: z.number().int().nonnegative(),
  locked: z.boolean().optional(),
});

export const sharedTensorSchema = z.strictObject({
  tensor: z.enum(['A', 'B']),
  members: z.array(z.string().min(1)).min(1),
  count: positive,
});

export const planSchema = z.strictObject({
  modules: z.record(z.string(), plannedModuleSchema),
  shared: z.array(sharedTensorSchema),
});
// By name and not by z's `readonly`, which tells whoever reads the schema of an experiment that a plan is not to be edited.
export const readOnlyPlanSchema = planSchema as unknown as z.ZodType<Plan, Plan>;

export const planTotalsSchema = z.object({
  /** Trainable parameters, routers included, shared tensors once. */
  parameters: z.number().int().nonnegative(),
  experts: z.number().int().nonnegative(),
  modules: z.number().int().nonnegative(),
  layers: z.number().int().nonnegative(),
});
export type PlanTotals = z.infer<typeof planTotalsSchema>;

export const planFileSchema = z.object({
  version: z.literal(1),
  method: z.enum(allocationMethods),
  plan: readOnlyPlanSchema,
  totals: planTotalsSchema,
  /** One sentence for people: what was kept and why. */
  summary: z.string(),
  /** Rows were changed by hand since it was allocated. */
  byHand: z.boolean().optional(),
  /** What it was allocated under, where that is not the experiment's own budget. */
  budget: budgetSchema.optional(),
});
export type PlanFile = z.infer<typeof planFileSchema>;
