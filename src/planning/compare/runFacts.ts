import type { ComparedFact } from '../../shared/comparison';
import { combineTasks } from '../../shared/combineScores';
import { capital, formatBytes, formatSeconds } from '../../shared/format';
import type { RunState } from '../../shared/runState';
import { bestSearched, metricWords } from '../../shared/searchWords';
import { trialsOfPlan } from '../../shared/trialState';
import { measuredOf } from './measured';

/** What a run found out, to be put beside what another one did: best value, seconds, memory. */
export function comparedFacts(run: RunState): ComparedFact[] {
  const { plan, estimator, actual } = run;
  return [
    ...(plan
      ? [{ name: 'Allocated by', text: `${plan.method}${plan.byHand ? ', changed by hand' : ''}` }]
      : []),
    ...(estimator ? [{ name: 'Scored by', text: estimator }] : []),
    ...bestFact(run),
    ...trainedFact(run),
    ...(actual
      ? [
          fact('Time', formatSeconds(actual.seconds), actual.seconds, 'seconds'),
          fact('Memory', formatBytes(actual.memoryBytes), actual.memoryBytes, 'bytes'),
        ]
      : []),
  ];
}

/** Scores of all tasks together by module, as shares of 1; undefined where not all tasks have theirs. */
export function scoreShares({ tasks, modules }: Pick<RunState, 'tasks' | 'modules'>): number[] | undefined {
  const isWhole = tasks.length > 0 && tasks.every(({ scores }) => scores.length === modules.length);
  return isWhole && modules.length > 0 ? combineTasks(tasks.map(({ scores }) => scores)) : undefined;
}

/** The best trial of a search, which is judged on validation data. */
function bestFact(run: RunState): ComparedFact[] {
  const best = bestSearched(run);
  if (best?.value === undefined) return [];
  const unit = best.metric === 'accuracy' ? 'share' : 'loss';
  return [fact(`Best ${best.metric} of the search`, metricWords(best.metric, best.value), best.value, unit)];
}

function trainedFact(run: RunState): ComparedFact[] {
  const measured = measuredOf(trialsOfPlan(run));
  if (!measured) return [];
  const { metric, split, values } = measured;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const seeds = values.length === 1 ? '1 seed' : `mean of ${values.length} seeds`;
  const unit = metric === 'accuracy' ? 'share' : 'loss';
  return [fact(`${capital(metric)} on ${split} data`, `${metricWords(metric, mean)}, ${seeds}`, mean, unit)];
}

const fact = (
  name: string,
  text: string,
  value: number,
  unit: NonNullable<ComparedFact['amount']>['unit'],
): ComparedFact => ({ name, text, amount: { value, unit } });
