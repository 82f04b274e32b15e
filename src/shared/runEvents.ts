import * as z from 'zod';
import { executorNames } from './executorWords';
import { certaintySchema } from './certaintySchema';
import { devices, estimators, experimentMethods, labelKinds, memoryModes, roles } from './words';
import { errorKinds, type ErrorCode } from './errors';
import { layerSchema, modulePathSchema, mostLayers } from './moduleSchemas';
import { planFileSchema } from './planFile';
import { verdictSchema } from './verdict';

/**
 * The lines of a run's append-only `events.jsonl`. The file is the truth of a run: views, the status bar and the
 * command line all show what replaying it gives, so a page can be closed and opened on yesterday's run.
 */
export const jobs = ['score', 'allocate', 'run', 'train', 'search', 'judge'] as const;
export type Job = (typeof jobs)[number];

export const stages = [
  ...(['probe', 'load', 'score', 'allocate', 'search', 'train', 'judge', 'write', 'report'] as const),
] as const;
export type Stage = (typeof stages)[number];

export const errorPayloadSchema = z.object({
  code: z.enum(Object.keys(errorKinds) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  next: z.string(),
});

/** One point of a rank search, as the journal `trials.jsonl` has it. */
export const searchedTrialSchema = z.object({
  /** From 0, in the order of proposal. */
  number: z.number().int().nonnegative(),
  /** One number for each dimension: `rank`, `layers`. */
  point: z.record(z.string(), z.number()),
  state: z.enum(['proposed', 'running', 'done', 'pruned', 'failed']),
  /** Trainable parameters. */
  parameters: z.number().nonnegative(),
  metric: z.string(),
  /** Mean over the seeds so far; of a trial that was ended early, the best it reached. */
  value: z.number().optional(),
  /** What was expected of it when it was proposed. */
  why: z.object({ mean: z.number(), deviation: z.number(), expectedImprovement: z.number() }).optional(),
  /** Why it failed. */
  reason: z.string().optional(),
  /** Somebody asked for this point; absent where the search proposed it. */
  byHand: z.literal(true).optional(),
});
export type SearchedTrial = z.infer<typeof searchedTrialSchema>;

export const costSchema = z.object({
  seconds: z.number().nonnegative(),
  /** Peak resident memory of the engine process in bytes. */
  memoryBytes: z.number().nonnegative(),
  /** Bytes the run writes. */
  diskBytes: z.number().nonnegative(),
});
export type Cost = z.infer<typeof costSchema>;

/** Modules in a fixed order; later events give their numbers as plain arrays in that order. */
export const moduleSchema = z.object({
  path: modulePathSchema,
  layer: layerSchema,
  role: z.enum(roles),
  inFeatures: z.number().int().positive(),
  outFeatures: z.number().int().positive(),
});

export const taskMetricsSchema = z.object({
  task: z.string(),
  samples: z.number().int().positive(),
  /** Mean over targets, in nats. */
  loss: z.number(),
  accuracy: z.number().optional(),
  macroF1: z.number().optional(),
  matthews: z.number().optional(),
  /** Accuracy of always naming the commonest class. */
  majority: z.number().optional(),
  perplexity: z.number().optional(),
  exactMatch: z.number().optional(),
});
export type TaskMetrics = z.infer<typeof taskMetricsSchema>;

/** What a trial trains. Arrays are in the order of the `model` event's modules. */
export const trialAdapterSchema = z.object({
  method: z.enum(experimentMethods),
  /** Rank at the start; 0 where a module has no adapter. */
  ranks: z.array(z.number().int().nonnegative()),
  /** Of Lily. */
  sharing: z.object({ strideA: z.number().int().positive(), numB: z.number().int().positive() }).optional(),
});
export type TrialAdapter = z.infer<typeof trialAdapterSchema>;

/** Memory of the process that trains, in bytes. */
export const stepMemorySchema = z.object({
  /** Resident at the end of the step. */
  resident: z.number().nonnegative(),
  /** The most that was ever resident, also before the training. */
  peak: z.number().nonnegative(),
  /** Of the card: what tensors and kept buffers take, where the device tells. */
  card: z.number().nonnegative().optional(),
});
export type StepMemory = z.infer<typeof stepMemorySchema>;

const at = { at: z.string() };
export const runEventSchema = z.discriminatedUnion('type', [
  z.object({
    ...at,
    type: z.literal('started'),
    job: z.enum(jobs),
    experiment: z.string(),
    tasks: z.array(z.string()),
    /** Whose labels the loss is of. */
    labels: z.enum(labelKinds).optional(),
    estimator: z.enum(estimators).optional(),
    /** Confidence at which scoring stops; absent where all samples are scored. */
    untilSure: certaintySchema.shape.level.optional(),
  }),
  /** The run goes on after it was stopped: what stands before counts. */
  z.object({ ...at, type: z.literal('resumed') }),
  z.object({
    ...at,
    type: z.literal('device'),
    device: z.enum(devices),
    description: z.string(),
    gflops: z.number().nonnegative(),
    refused: z.array(z.object({ device: z.enum(devices), reason: z.string() })),
  }),
  z.object({
    ...at,
    type: z.literal('model'),
    model: z.string(),
    architecture: z.string(),
    layers: z.number().int().positive().max(mostLayers),
    parameters: z.number().int().positive(),
    modules: z.array(moduleSchema),
  }),
  z.object({
    ...at,
    type: z.literal('memory'),
    /** How memory is spent: all activations kept, smaller batches, or one block at a time from disk. */
    mode: z.enum(memoryModes),
    processes: z.number().int().positive(),
    threads: z.number().int().positive(),
    /** What one process takes, by estimate. */
    processBytes: z.number().nonnegative(),
    /** Hidden states on disk while it runs; 0 where they stay in memory. */
    stateBytes: z.number().nonnegative(),
    /** The card whose memory it is; absent where it is the machine's. */
    card: z.string().optional(),
  }),
  /** Something failed that is no reason to end: the card was lost, or its memory full. */
  z.object({ ...at, type: z.literal('again'), error: errorPayloadSchema, next: z.string() }),
  z.object({
    ...at,
    type: z.literal('progress'),
    /** Of the arithmetic, 0 to 1. */
    share: z.number().min(0).max(1),
    step: z.string().optional(),
  }),
  z.object({ ...at, type: z.literal('estimate'), estimate: costSchema }),
  z.object({ ...at, type: z.literal('stage'), stage: z.enum(stages) }),
  z.object({
    ...at,
    type: z.literal('scores'),
    task: z.string(),
    samplesDone: z.number().int().nonnegative(),
    samplesTotal: z.number().int().positive(),
    /** Mean so far and its standard error, in the order of the `model` event's modules. */
    scores: z.array(z.number()),
    standardErrors: z.array(z.number()),
    /** Where the estimator scores layers by themselves; else they are the sums over their modules. */
    layerScores: z.array(z.number()).optional(),
    /** By layer: modules of a layer rise and fall together, so theirs cannot be had from the modules' errors. */
    layerStandardErrors: z.array(z.number()),
  }),
  z.object({
    ...at,
    type: z.literal('stability'),
    task: z.string(),
    halvesKendallTau: z.number(),
    topKAgreement: z.number(),
    /** By layer, low and high, over bootstrap resamples of the samples; absent where scores are no means over samples. */
    intervals: z
      .array(z.tuple([z.number(), z.number()]).readonly())
      .readonly()
      .optional(),
    /** The top `count` layers: share of the resamples that name the very same, and how often each layer is among them. */
    selection: z
      .object({
        count: z.number().int().positive(),
        confidence: z.number(),
        frequencies: z.array(z.number()).readonly(),
        /** Samples that would have been enough to be sure of them, where fewer would. */
        enough: z.number().int().positive().optional(),
      })
      .optional(),
  }),
  /** After each round of samples, where scoring stops once it is sure: all looks of a task so far. */
  z.object({ ...at, type: z.literal('looked'), task: z.string(), certainty: certaintySchema }),
  /** Something a reader of the results should know. */
  z.object({ ...at, type: z.literal('note'), text: z.string() }),
  /** A training begins, or goes on behind `fromStep`: what the journal has of later steps was not kept. */
  z.object({
    ...at,
    type: z.literal('trial'),
    trial: z.string(),
    seed: z.number().int(),
    steps: z.number().int().positive(),
    fromStep: z.number().int().nonnegative(),
    parameters: z.number().int().nonnegative(),
    samples: z.number().int().positive(),
    /** Absent in runs of versions that did not tell. */
    adapter: trialAdapterSchema.optional(),
  }),
  /** Thinned: later steps share a line, with the mean of their losses. */
  z.object({
    ...at,
    type: z.literal('step'),
    trial: z.string(),
    step: z.number().int().positive(),
    loss: z.number(),
    learningRate: z.number().nonnegative(),
    gradientNorm: z.number().nonnegative(),
    tokensPerSecond: z.number().nonnegative(),
    memory: stepMemorySchema.optional(),
  }),
  z.object({
    ...at,
    type: z.literal('evaluated'),
    trial: z.string(),
    step: z.number().int().nonnegative(),
    split: z.enum(['validation', 'test']),
    metrics: z.array(taskMetricsSchema),
    /** Whether it is the best so far, whose adapter is kept. */
    best: z.boolean(),
    /**
     * Of each module's experts, or Lily's B's, the share of the tokens or the mean weight since the last evaluation; in the order of
     * the `model` event's modules, nothing where a module has no router. By path in runs of earlier versions.
     */
    routers: z.union([z.array(z.array(z.number())), z.record(z.string(), z.array(z.number()))]).optional(),
  }),
  /**
   * Rank moved, by AdaLoRA or dynamic LoRA: what each module has now, in the order of the `model` event's modules, 0 without an adapter.
   * By path, or by layer for dynamic LoRA, in runs of earlier versions. Weights are of layers.
   */
  z.object({
    ...at,
    type: z.literal('reallocated'),
    trial: z.string(),
    step: z.number().int().positive(),
    ranks: z.union([
      z.array(z.number().int().nonnegative()),
      z.record(z.string(), z.number().int().nonnegative()),
    ]),
    weights: z.record(z.string(), z.number()).optional(),
  }),
  /** Where the parts of the run are that an executor does: how many wait and run, and on which machines. */
  z.object({
    ...at,
    type: z.literal('pieces'),
    executor: z.enum(executorNames),
    waiting: z.number().int().nonnegative(),
    running: z.number().int().nonnegative(),
    nodes: z.array(z.string()),
    /** Why those that wait do, in the executor's own word. */
    why: z.string().optional(),
  }),
  /** A rank search begins, or goes on: trials at most, and how many of them have an outcome already. */
  z.object({
    ...at,
    type: z.literal('search-begun'),
    trials: z.number().int().positive(),
    finished: z.number().int().nonnegative(),
  }),
  /** Something was asked of a search that runs: whether it is paused since, and trials at most with those by hand. */
  z.object({
    ...at,
    type: z.literal('search-steered'),
    paused: z.boolean(),
    trials: z.number().int().positive(),
  }),
  /** A trial of a rank search, each time something is new of it; `best` is the best one so far. */
  z.object({
    ...at,
    type: z.literal('searched'),
    trial: searchedTrialSchema,
    best: z.number().int().optional(),
  }),
  /** Why a search ended, in words, and its best trial where one came to its end. */
  z.object({ ...at, type: z.literal('search-ended'), words: z.string(), best: z.number().int().optional() }),
  z.object({ ...at, type: z.literal('plan'), plan: planFileSchema }),
  /** The trainings of a judgement begin, or go on: at most so many, and how many of them have ended already. */
  z.object({
    ...at,
    type: z.literal('judge-begun'),
    trainings: z.number().int().nonnegative(),
    finished: z.number().int().nonnegative(),
  }),
  /** Plan against controls, each time a training of one has ended; each says all that the ones before it said. */
  z.object({ ...at, type: z.literal('judged'), verdict: verdictSchema }),
  z.object({ ...at, type: z.literal('wrote'), path: z.string() }),
  z.object({ ...at, type: z.literal('actual'), actual: costSchema }),
  z.object({
    ...at,
    type: z.literal('finished'),
    state: z.enum(['done', 'failed', 'cancelled']),
    error: errorPayloadSchema.optional(),
  }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;
/** An event before it is stamped with the time of writing. */
export type UnstampedRunEvent = RunEvent extends infer E
  ? E extends RunEvent
    ? Omit<E, 'at'>
    : never
  : never;
