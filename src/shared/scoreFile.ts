import * as z from 'zod';
import { certaintySchema } from './certaintySchema';
import { layerSchema, modulePathSchema } from './moduleSchemas';
import { estimators, labelKinds, roles, taskKinds } from './words';

/**
 * The file that `adapter-lab score --json` writes and `adapter-lab allocate --scores` reads: one task's scores.
 * The shape is fixed; keys may be added, those here never change meaning.
 */
const finite = z.number();

export const moduleScoreSchema = z.object({
  path: modulePathSchema,
  layer: layerSchema,
  role: z.enum(roles),
  inFeatures: z.number().int().positive(),
  outFeatures: z.number().int().positive(),
  /**
   * For `fisher` and `sensitivity`: the mean over samples of the squared Frobenius norm of d loss_s / d W; unit loss² per
   * weight². For `gradient-norm`: the mean of that norm. For `taylor`: Σ |W ∘ mean gradient|, as in `taylor`.
   * For `eva`: the sum of `components`. For `spectrum`: the exponent of the power law of the weight's spectrum.
   */
  score: finite,
  /**
   * Standard error of that mean: sample deviation / sqrt(samples); 0 with one sample. For `taylor`: the same of the scores of
   * groups of samples, each by itself. For `eva`: half the difference of the two halves of the samples.
   * For `spectrum`: that of the Hill estimator, were the eigenvalues independent.
   */
  standardError: finite.nonnegative(),
  perSample: z.array(finite).optional(),
  meanGradientSquaredNorm: finite.optional(),
  taylor: finite.optional(),
  /** For `eva`: shares of the variance of the module's inputs that their principal components explain, falling. */
  components: z.array(finite.nonnegative()).optional(),
  /** With `--adapter`: the mean over samples of ‖∂ℓ_s/∂B‖² of a LoRA adapter's B at B = 0, for its A. */
  gradientOfB: z
    .object({
      score: finite,
      standardError: finite.nonnegative(),
      perSample: z.array(finite).optional(),
    })
    .optional(),
});
export type ModuleScore = z.infer<typeof moduleScoreSchema>;

export const layerScoreSchema = z.object({
  layer: layerSchema,
  score: finite,
  standardError: finite.nonnegative(),
  /** Where scores are means over samples: percentile interval of 95 % over bootstrap resamples of them, low and high. */
  interval: z.tuple([finite, finite]).optional(),
});
export type LayerScore = z.infer<typeof layerScoreSchema>;

export const scoreFileSchema = z.object({
  version: z.literal(1),
  model: z.string(),
  modelHash: z.string(),
  task: z.string(),
  dataHash: z.string(),
  estimator: z.enum(estimators),
  /** Whose labels the loss is of: those in the data (`empirical`) or drawn from the model (`true`). */
  labels: z.enum(labelKinds),
  samples: z.number().int().positive(),
  /** Where scoring was to stop once its top layers were sure: what it looked at, and of how many samples. */
  untilSure: certaintySchema.optional(),
  /** What else decides the numbers; absent in files that another program wrote. */
  kind: z.enum(taskKinds).optional(),
  /** Which loss: of every next token, of the label's text behind a prompt, or of the checkpoint's class head. */
  loss: z.enum(['next-token', 'label-text', 'class-head']).optional(),
  /** Mean over the samples of each sample's own loss. */
  meanLoss: finite.optional(),
  prompt: z.string().optional(),
  seed: z.number().int().optional(),
  maxLength: z.number().int().optional(),
  device: z.string(),
  /** Positions of a batch at most, where memory asked for fewer than usual: other batches round otherwise. */
  batchTokens: z.number().positive().optional(),
  modules: z.array(moduleScoreSchema).min(1),
  layers: z.array(layerScoreSchema).min(1),
  /** For `gate-fisher`, [sample][layer]: gradients of each sample's loss in the gates, so that the full matrix can be had. */
  gates: z.array(z.array(finite)).optional(),
  stability: z.object({ halvesKendallTau: finite, topKAgreement: finite }),
});
export type ScoreFile = z.infer<typeof scoreFileSchema>;

/** A run's `scores.json`: one entry a task, each exactly what `score --json` writes. */
export const runScoresSchema = z.object({ version: z.literal(1), scores: z.array(scoreFileSchema).min(1) });
export type RunScores = z.infer<typeof runScoresSchema>;
