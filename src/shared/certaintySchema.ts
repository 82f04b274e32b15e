import * as z from 'zod';

/** How sure the top layers of one task were, look by look, where scoring stops once they are. */
export const certaintySchema = z.object({
  /** Confidence that was asked for, twice in a row, as a share of the resamples. */
  level: z.number().positive().max(1),
  /** K: how many layers are looked at. */
  layers: z.number().int().positive(),
  /** Samples that there are. */
  of: z.number().int().positive(),
  sure: z.boolean(),
  /** In the order in which the samples came: share of the bootstrap resamples with the very same top K. */
  looks: z.array(z.object({ samples: z.number().int().positive(), confidence: z.number().min(0).max(1) })),
});
export type Certainty = z.infer<typeof certaintySchema>;
