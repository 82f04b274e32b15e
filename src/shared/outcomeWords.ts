import { formatCount } from './format';
import type { RunState } from './runState';
import { bestSearched, metricWords, pointWords } from './searchWords';
import { accuracyWords } from './trialState';
import { judgedTrainings, verdictTag } from './verdictWords';

/**
 * What came of a run, in a few words for lists: "fisher · 24 samples", "8 trials · best 40.4 % accuracy: rank 8, 25 % of
 * layers", "3 adapters · accuracy 87.9 % to 90.1 %", "floe · 2 of 8 layers · 39.6 k parameters"; why it failed, in a
 * sentence. Empty where nothing came of it.
 */
export function outcomeWords(state: RunState): string {
  if (state.status === 'failed' && state.error !== undefined) return state.error.message;
  const parts =
    judgeParts(state) ?? searchParts(state) ?? trainingParts(state) ?? planParts(state) ?? scoreParts(state);
  // Of the main job the verdict is the end.
  const tag = state.job === 'judge' ? undefined : verdictTag(state.verdict);
  return [...parts, ...(tag === undefined ? [] : [tag])].join(' · ');
}

function judgeParts({ job, verdict }: RunState): string[] | undefined {
  if (job !== 'judge') return undefined;
  if (verdict === undefined) return [];
  const { done, most } = judgedTrainings(verdict);
  const trainings = done < most ? `${done} of ${most} trainings` : countOf(done, 'training', 'trainings');
  return [verdictTag(verdict) ?? [], trainings].flat();
}

function searchParts(state: RunState): string[] | undefined {
  if (state.search === undefined) return undefined;
  const ended = state.searched.filter(({ state: of }) => of !== 'proposed' && of !== 'running').length;
  const best = bestSearched(state);
  const trials =
    state.searchEnd === undefined
      ? `${ended} of ${state.search.trials} trials`
      : countOf(ended, 'trial', 'trials');
  if (best?.value === undefined) return [trials];
  const value = `${metricWords(best.metric, best.value)} ${best.metric}`;
  return [trials, `best ${value}: ${pointWords(best.point)}`];
}

function trainingParts({ job, status, share, trials }: RunState): string[] | undefined {
  if (job !== 'train') return undefined;
  const adapters = trials.length === 0 ? [] : [countOf(trials.length, 'adapter', 'adapters')];
  const reached = status === 'cancelled' && share !== undefined ? [`${Math.floor(100 * share)} %`] : [];
  return [...adapters, ...reached, ...[accuracyWords(trials) ?? []].flat()];
}

function planParts({ plan, model }: RunState): string[] | undefined {
  if (plan === undefined) return undefined;
  const { layers, parameters } = plan.totals;
  const of = model === undefined ? '' : ` of ${model.layers}`;
  return [plan.method, `${layers}${of} layers`, `${formatCount(parameters)} parameters`];
}

function scoreParts({ estimator, tasks }: RunState): string[] {
  const sum = (of: 'samplesDone' | 'samplesTotal'): number =>
    tasks.reduce((total, task) => total + task[of], 0);
  const [done, total] = [sum('samplesDone'), sum('samplesTotal')];
  // A task that is sure of its layers leaves samples out.
  const isPart = tasks.some((task) => task.samplesDone < task.samplesTotal && task.certainty?.sure !== true);
  const isKnown = tasks.every(({ samplesTotal }) => samplesTotal > 0);
  const counted = isPart && isKnown ? `${done} of ${total} samples` : countOf(done, 'sample', 'samples');
  const samples = done === 0 ? [] : [counted];
  const several = tasks.length > 1 && done > 0 ? [`${tasks.length} tasks`] : [];
  return [...(estimator === undefined ? [] : [estimator]), ...samples, ...several];
}

const countOf = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
