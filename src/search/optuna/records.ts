import * as z from 'zod';
import type { SearchTrialState } from '../study';
import type { StudySettings } from '../studyEvents';

/**
 * The lines of Optuna's journal storage (`optuna/storages/journal/_storage.py`, as of version 5): one operation each. Python
 * writes numbers that are not finite as `NaN`, `Infinity` and `-Infinity`, which JSON does not have; here they come as
 * strings.
 */
export const operations = {
  createStudy: 0,
  deleteStudy: 1,
  studyUserAttribute: 2,
  studySystemAttribute: 3,
  createTrial: 4,
  parameter: 5,
  stateAndValues: 6,
  intermediateValue: 7,
  userAttribute: 8,
} as const;

/** `TrialState` of `optuna/trial/_state.py`. */
export const trialStates = {
  running: 0,
  done: 1,
  pruned: 2,
  failed: 3,
  proposed: 4,
} as const satisfies Record<SearchTrialState, number>;

/** `StudyDirection` of `optuna/study/_study_direction.py`. */
export const directions = { minimize: 1, maximize: 2 } as const;

/** User attributes of a trial that hold what Optuna has no place for. */
export const attributes = {
  cost: 'parameters',
  values: 'values_by_seed',
  curves: 'curves_of_later_seeds',
  why: 'proposed_because',
  reason: 'failed_because',
  request: 'asked_by_hand',
  before: 'trials_told_before',
} as const;

/** How many trials were told before one, where no trial by hand had a batch of its own; Optuna knows no batches. */
export const batchStart = (number: number, { batch }: Pick<StudySettings, 'batch'>): number =>
  number - (number % batch);

/** A JSON text of its own. Only the choices matter: other distributions store the number itself. */
const distribution = z
  .string()
  .transform((text) =>
    z.object({ attributes: z.object({ choices: z.array(z.unknown()).optional() }) }).parse(JSON.parse(text)),
  );
type Distribution = z.infer<typeof distribution>;

const number = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)]);
const values = z.array(number).nullable();
const timed = { datetime_start: z.string().nullish(), datetime_complete: z.string().nullish() };
const ofTrial = { trial_id: z.number().int().nonnegative() };

const { createStudy, deleteStudy, createTrial, parameter } = operations;
const known = z.discriminatedUnion('op_code', [
  z.object({ op_code: z.literal(createStudy), study_name: z.string(), directions: z.array(z.number()) }),
  z.object({ op_code: z.literal(deleteStudy), study_id: z.number().int() }),
  z.object({
    ...timed,
    op_code: z.literal(createTrial),
    study_id: z.number().int(),
    state: z.number().int().optional(),
    params: z.record(z.string(), number).optional(),
    distributions: z.record(z.string(), distribution).optional(),
    value: number.nullish(),
    values: values.optional(),
    intermediate_values: z.record(z.string(), number).optional(),
    user_attrs: z.record(z.string(), z.unknown()).optional(),
  }),
  z.object({
    ...ofTrial,
    op_code: z.literal(parameter),
    param_name: z.string(),
    param_value_internal: number,
    distribution,
  }),
  z.object({
    ...ofTrial,
    ...timed,
    op_code: z.literal(operations.stateAndValues),
    state: z.number().int(),
    values,
  }),
  z.object({
    ...ofTrial,
    op_code: z.literal(operations.intermediateValue),
    step: z.number().int(),
    intermediate_value: number,
  }),
  z.object({
    ...ofTrial,
    op_code: z.literal(operations.userAttribute),
    user_attr: z.record(z.string(), z.unknown()),
  }),
]);
/** Operations that say nothing of trials, and those of later versions. */
const other = z.object({ op_code: z.number().int() }).transform(() => undefined);
export type OptunaRecord = z.infer<typeof known>;

/** @returns undefined for an operation that does not matter here */
export function decodeRecord(value: unknown): OptunaRecord | undefined {
  const code = z.object({ op_code: z.number() }).parse(value).op_code;
  const matters = known.options.some((option) => option.shape.op_code.value === code);
  return matters ? known.parse(value) : other.parse(value);
}

/** The number that a parameter's stored form stands for: an index into the choices, or the number itself. */
export const outerValue = (distribution: Distribution | undefined, inner: number): unknown =>
  distribution?.attributes.choices === undefined ? inner : distribution.attributes.choices[inner];

/**
 * Why categorical: the choices are exactly the candidates, so that whoever goes on with the study in Optuna cannot leave
 * them and shares like 0.25 fit; `IntDistribution(log=True)` would also offer 3 and 5 between 2 and 8. Optuna's plots
 * still put choices that are numbers on an axis of numbers.
 */
export const distributionOf = (candidates: readonly number[]): string =>
  JSON.stringify({ name: 'CategoricalDistribution', attributes: { choices: candidates } });
