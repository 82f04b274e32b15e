import * as z from 'zod';
import { pointSchema, spaceSchema } from './space';

/** The lines of a study's append-only journal `trials.jsonl`. The first is its settings; a study is what replaying gives. */
export const proposerNames = ['gaussian', 'tpe', 'random', 'grid'] as const;

const rungsSchema = z.object({
  /** The first step at which a trial may be stopped; each further rung is `factor` times as far. */
  firstStep: z.number().int().positive(),
  /** One in `factor` goes on. */
  factor: z.number().int().min(2),
});
export type Rungs = z.infer<typeof rungsSchema>;

export const settingsSchema = z.object({
  /** The experiment's name. */
  name: z.string().min(1),
  space: spaceSchema,
  proposer: z.enum(proposerNames),
  seed: z.number().int(),
  /** Of all else that decides what a trial comes to: model, data, how it is trained. */
  fingerprint: z.string().optional(),
  /** Trials proposed at a time: part of the study, so that it does not depend on how many workers there are. */
  batch: z.number().int().positive(),
  /** Trials at most, besides those asked for by hand. */
  evaluations: z.number().int().positive(),
  /** Seeds with which each point is trained; a trial's value is the mean over them. */
  seeds: z.array(z.number().int()).min(1),
  objective: z.object({
    /** `accuracy`, `loss`, … */
    metric: z.string().min(1),
    direction: z.enum(['maximize', 'minimize']),
    /** λ: what an adapter as large as the budget allows must be better by, in units of the metric. */
    sizeWeight: z.number().nonnegative(),
  }),
  /** How many trials come at random before `tpe` has enough to learn from. */
  startup: z.number().int().positive().default(10),
  /** Absent where every trial is trained to its end. */
  rungs: rungsSchema.optional(),
});
export type StudySettings = z.infer<typeof settingsSchema>;

/** What the model of the objective said of a point when it was proposed; the units are the objective's. */
export const expectationSchema = z.object({
  mean: z.number(),
  deviation: z.number().nonnegative(),
  expectedImprovement: z.number().nonnegative(),
});
export type Expectation = z.infer<typeof expectationSchema>;

const proposalSchema = z.object({
  point: pointSchema,
  /** Absent where no model was asked: first points, and proposers without one. */
  why: expectationSchema.optional(),
  /** Asked for by hand: by the line of `requests.jsonl` of this number. */
  request: z.number().int().nonnegative().optional(),
});
export type Proposal = z.infer<typeof proposalSchema>;

/** Why a study ended. */
const stopSchema = z.object({
  reason: z.enum(['gain', 'exhausted', 'evaluations']),
  /** For people, one sentence. */
  words: z.string(),
});
export type Stop = z.infer<typeof stopSchema>;

/** JSON has no number for it, so a value that is not finite is `null` in the file and NaN here. */
export const measuredSchema = z
  .number()
  .nullable()
  .transform((value) => value ?? NaN);

const at = { at: z.string() };
const ofTrial = { ...at, trial: z.number().int().nonnegative() };
export const studyEventSchema = z.discriminatedUnion('type', [
  z.object({ ...at, type: z.literal('study'), version: z.literal(1), settings: settingsSchema }),
  /** A whole batch in one line: no half of it can be lost. */
  z.object({ ...at, type: z.literal('proposed'), proposals: z.array(proposalSchema).min(1) }),
  /** A trial begins, or begins again after it was killed. */
  z.object({ ...ofTrial, type: z.literal('running') }),
  /** The metric on the validation data after so many steps; told again, the later line counts. */
  z.object({
    ...ofTrial,
    type: z.literal('measured'),
    seed: z.number().int(),
    step: z.number().int().nonnegative(),
    value: measuredSchema,
  }),
  /** One seed's training is done; with the last one the trial is. */
  z.object({ ...ofTrial, type: z.literal('told'), seed: z.number().int(), value: z.number() }),
  /** Stopped early: it was not among the best at a rung. */
  z.object({ ...ofTrial, type: z.literal('pruned') }),
  z.object({ ...ofTrial, type: z.literal('failed'), reason: z.string() }),
  z.object({ ...at, type: z.literal('stopped'), ...stopSchema.shape }),
]);
export type StudyEvent = z.infer<typeof studyEventSchema>;
/** An event before it is stamped with the time of writing. */
export type UnstampedStudyEvent = StudyEvent extends infer E
  ? E extends StudyEvent
    ? Omit<E, 'at'>
    : never
  : never;
