import * as z from 'zod';
import { allocationMethods } from './words';

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
  plan: planSchema,
  totals: planTotalsSchema,
  /** One sentence for people: what was kept and why. */
  summary: z.string(),
});
export type PlanFile = z.infer<typeof planFileSchema>;
