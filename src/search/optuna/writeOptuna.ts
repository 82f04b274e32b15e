import { objectiveOf, trialValue } from '../objective';
import { isFinished, type SearchTrial, type Study } from '../study';
import { attributes, batchStart, directions, distributionOf, operations, trialStates } from './records';

const worker = 'adapter-lab';
/** A file has one study, and its trials' ids are their numbers. */
const studyId = 0;

/**
 * A study as a file for Optuna's `JournalStorage(JournalFileBackend(path))`, which dashboards and scripts open. A trial's
 * value is the objective; its intermediate values are the curve of the study's first seed. Trials proposed and not begun
 * wait, so that `study.ask()` hands them out.
 */
export function writeOptuna(study: Study): string {
  const { settings, trials } = study;
  const { metric, direction } = settings.objective;
  const records = [
    { op_code: operations.createStudy, study_name: settings.name, directions: [directions[direction]] },
    {
      op_code: operations.studySystemAttribute,
      study_id: studyId,
      system_attr: { 'study:metric_names': [metric] },
    },
    { op_code: operations.studyUserAttribute, study_id: studyId, user_attr: { adapter_lab: settings } },
    ...trials.flatMap((trial) => trialRecords(study, trial)),
  ];
  return records.map((record) => `${pythonJson({ worker_id: worker, ...record })}\n`).join('');
}

function trialRecords(study: Study, trial: SearchTrial): object[] {
  const { dimensions } = study.settings.space;
  const ofTrial = { trial_id: trial.number };
  const [first] = study.settings.seeds;
  const later = trial.curve.filter(({ seed }) => seed !== first);
  const begun = trial.state === 'proposed' ? trialStates.proposed : trialStates.running;
  const extras: [name: string, value: unknown][] = [
    [attributes.cost, trial.cost],
    [attributes.values, trial.values.length > 0 ? trial.values : undefined],
    [attributes.curves, later.length > 0 ? later : undefined],
    [attributes.why, trial.why],
    [attributes.reason, trial.reason],
    [attributes.request, trial.request],
    [attributes.before, trial.before === batchStart(trial.number, study.settings) ? undefined : trial.before],
  ];
  return [
    {
      ...{ op_code: operations.createTrial, study_id: studyId, state: begun },
      datetime_start: pythonTime(trial.startedAt),
    },
    ...dimensions.map(({ name, candidates }) => ({
      ...{ op_code: operations.parameter, ...ofTrial, param_name: name },
      param_value_internal: candidates.indexOf(trial.point[name] ?? NaN),
      distribution: distributionOf(candidates),
    })),
    ...trial.curve
      .filter(({ seed }) => seed === first)
      .map(({ step, value }) => ({
        ...{ op_code: operations.intermediateValue, ...ofTrial, step },
        intermediate_value: Number.isFinite(value) ? value : 'NaN',
      })),
    ...extras
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ({
        ...{ op_code: operations.userAttribute, ...ofTrial },
        user_attr: { [name]: value },
      })),
    ...(isFinished(trial) ? [endRecord(study, trial)] : []),
  ];
}

function endRecord(study: Study, trial: SearchTrial): object {
  const value = trialValue(study, trial);
  return {
    ...{ op_code: operations.stateAndValues, trial_id: trial.number, state: trialStates[trial.state] },
    values: value === undefined ? null : [objectiveOf(study.settings, value, trial.cost)],
    datetime_complete: pythonTime(trial.finishedAt),
  };
}

/** `Z` is read by Python 3.11 and later only. */
const pythonTime = (time: string | undefined): string | null => time?.replace(/Z$/, '+00:00') ?? null;

/** As Python's `json` writes a number that is none: without quotes. In a string's text the quotes would be escaped. */
const pythonJson = (record: object): string =>
  JSON.stringify(record).replace('"intermediate_value":"NaN"', '"intermediate_value":NaN');
