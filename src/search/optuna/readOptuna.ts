import * as z from 'zod';
import { parseLine } from '../../files/jsonLines';
import { LabError } from '../../shared/errors';
import { pointKey, type Candidate, type Point } from '../space';
import { newStudy, type SearchTrial, type SearchTrialState } from '../study';
import { expectationSchema, measuredSchema, type StudySettings } from '../studyEvents';
import {
  attributes,
  batchStart,
  decodeRecord,
  directions,
  operations,
  outerValue,
  trialStates,
  type OptunaRecord,
} from './records';

/** A trial as Optuna's operations build it up. */
interface Raw {
  readonly study: number;
  state: number;
  readonly point: Map<string, unknown>;
  readonly intermediate: Map<number, number>;
  values: readonly number[];
  readonly extras: Map<string, unknown>;
  startedAt?: string | undefined;
  finishedAt?: string | undefined;
}

const extrasSchema = z.object({
  [attributes.values]: z.array(z.object({ seed: z.number(), value: z.number() })).optional(),
  [attributes.curves]: z
    .array(z.object({ seed: z.number(), step: z.number(), value: measuredSchema }))
    .default([]),
  [attributes.why]: expectationSchema.optional(),
  [attributes.reason]: z.string().optional(),
  [attributes.request]: z.number().optional(),
  [attributes.before]: z.number().optional(),
});

/**
 * The trials of the study of this name in a file of Optuna's journal storage, whether Adapter Lab wrote it or Optuna itself
 * did; a half-written last line is dropped, and so are trials that were given no parameters yet. What Optuna says of a value
 * counts for the study's first seed.
 *
 * @param text the file's content
 * @param path its name, for errors
 * @param settings the study's: its dimensions are the parameters' names
 * @throws LabError `journal-invalid` where the file is another's, has no such study, or a trial's parameters are no candidate
 */
export function readOptuna(text: string, path: string, settings: StudySettings): SearchTrial[] {
  const lines = plainJson(text).split('\n').slice(0, -1);
  const records = lines.map((line, index) => {
    const value = parseLine(line, path, index + 1);
    try {
      return decodeRecord(value);
    } catch (thrown) {
      throw invalid(`Line ${index + 1} of ${path} is no record of Optuna's journal storage.`, thrown);
    }
  });
  const { study, trials } = replay(records, path, settings);
  const { candidates } = newStudy(settings);
  return trials
    .filter((raw) => raw.study === study && raw.point.size > 0)
    .map((raw, number) => {
      const key = pointKey(settings.space.dimensions, Object.fromEntries(raw.point) as Point);
      const candidate = candidates.find((one) => one.key === key);
      if (candidate === undefined)
        throw invalid(`Trial ${number} of ${path} has ${key}, which is no candidate of the search.`);
      const extras = extrasSchema.safeParse(Object.fromEntries(raw.extras));
      if (!extras.success)
        throw invalid(`Trial ${number} of ${path} has attributes of another form.`, extras.error);
      return trialOf({ ...raw, extras: extras.data }, number, candidate, settings);
    });
}

function replay(
  records: readonly (OptunaRecord | undefined)[],
  path: string,
  { name, objective }: StudySettings,
): { study: number; trials: readonly Raw[] } {
  const studies: { readonly name: string; readonly directions: readonly number[]; deleted: boolean }[] = [];
  const trials: Raw[] = [];
  for (const record of records) {
    if (record?.op_code === operations.createStudy) {
      const exists = studies.some((one) => one.name === record.study_name && !one.deleted);
      if (!exists) studies.push({ name: record.study_name, directions: record.directions, deleted: false });
    } else if (record?.op_code === operations.deleteStudy) {
      const study = studies[record.study_id];
      if (study !== undefined) study.deleted = true;
    } else if (record?.op_code === operations.createTrial) {
      trials.push(created(record));
    } else if (record !== undefined) {
      const trial = trials[record.trial_id];
      if (trial !== undefined && !ended.includes(trial.state)) change(trial, record);
    }
  }
  const study = studies.findIndex((one) => one.name === name && !one.deleted);
  if (study < 0) throw invalid(`${path} has no study named "${name}".`);
  const wanted = directions[objective.direction];
  if (studies[study]?.directions.length !== 1 || studies[study].directions[0] !== wanted)
    throw invalid(`The study "${name}" in ${path} does not ${objective.direction} one number.`);
  return { study, trials };
}

type Created = Extract<OptunaRecord, { op_code: typeof operations.createTrial }>;
type Change = Extract<OptunaRecord, { trial_id: number }>;
const ended: readonly number[] = [trialStates.done, trialStates.pruned, trialStates.failed];

/** Trials that were added whole have all in one record. */
function created(record: Created): Raw {
  const { distributions = {}, params = {}, value, values } = record;
  const point = Object.entries(params).map(([name, inner]): [string, unknown] => [
    name,
    outerValue(Object.hasOwn(distributions, name) ? distributions[name] : undefined, inner),
  ]);
  const steps = Object.entries(record.intermediate_values ?? {});
  return {
    ...{ study: record.study_id, state: record.state ?? trialStates.running },
    point: new Map(point),
    intermediate: new Map(steps.map(([step, measured]) => [Number(step), measured])),
    values: values ?? (typeof value === 'number' ? [value] : []),
    extras: new Map(Object.entries(record.user_attrs ?? {})),
    startedAt: record.datetime_start ?? undefined,
    finishedAt: record.datetime_complete ?? undefined,
  };
}

function change(trial: Raw, record: Change): void {
  switch (record.op_code) {
    case operations.parameter:
      trial.point.set(record.param_name, outerValue(record.distribution, record.param_value_internal));
      break;
    case operations.stateAndValues:
      trial.state = record.state;
      trial.values = record.values ?? trial.values;
      trial.startedAt = record.datetime_start ?? trial.startedAt;
      trial.finishedAt = record.datetime_complete ?? trial.finishedAt;
      break;
    case operations.intermediateValue:
      trial.intermediate.set(record.step, record.intermediate_value);
      break;
    case operations.userAttribute:
      for (const [name, value] of Object.entries(record.user_attr)) trial.extras.set(name, value);
  }
}

function trialOf(
  { extras, ...raw }: Omit<Raw, 'extras'> & { readonly extras: z.infer<typeof extrasSchema> },
  number: number,
  { point, cost }: Candidate,
  settings: StudySettings,
): SearchTrial {
  const seed = settings.seeds[0] ?? 0;
  const curve = [...raw.intermediate].map(([step, value]) => ({
    ...{ seed, step },
    value: Number.isFinite(value) ? value : NaN,
  }));
  const [value = NaN] = raw.values;
  const state = Number.isFinite(value) || raw.state !== trialStates.done ? stateOf(raw.state) : 'failed';
  const told = state === 'done' ? [{ seed, value }] : [];
  const why = extras[attributes.why];
  const reason = extras[attributes.reason];
  const request = extras[attributes.request];
  const [startedAt, finishedAt] = [raw.startedAt, raw.finishedAt].map(labTime);
  const before = extras[attributes.before] ?? batchStart(number, settings);
  return {
    ...{ number, before, point, cost, state },
    values: extras[attributes.values] ?? told,
    curve: [...curve.sort((a, b) => a.step - b.step), ...extras[attributes.curves]],
    ...(why === undefined ? {} : { why }),
    ...(reason === undefined ? {} : { reason }),
    ...(request === undefined ? {} : { request }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
}

const stateOf = (code: number): SearchTrialState =>
  (Object.keys(trialStates) as SearchTrialState[]).find((state) => trialStates[state] === code) ?? 'failed';

/** Optuna's own times have no zone and are local; undefined for what is none. */
function labTime(time: string | undefined): string | undefined {
  const date = new Date(time ?? NaN);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** Python's words for numbers that JSON does not have, as strings; what stands inside of strings stays. */
const plainJson = (text: string): string =>
  text.replace(/"(?:[^"\\\n]|\\.)*"|NaN|-?Infinity/g, (found) =>
    found.startsWith('"') ? found : `"${found}"`,
  );

const invalid = (message: string, cause?: unknown): LabError =>
  new LabError('journal-invalid', message, 'Check that it is the file of this search.', { cause });
