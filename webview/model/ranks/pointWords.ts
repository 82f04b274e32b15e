import { capital, formatCount } from '../../../src/shared/format';
import type { OutlookPoint, SearchOutlook } from '../../../src/shared/searchOutlook';
import type { RunState } from '../../../src/shared/runState';
import {
  bestSearched,
  differenceWords,
  metricWords,
  pointWords,
  stateWords,
  objectiveWords,
} from '../../../src/shared/searchWords';
import type { PlotAxis } from './plot';

/** How values of a metric, and differences of them, are written. */
export const words = (metric: string) => ({
  value: (value: number): string => metricWords(metric, value),
  difference: (value: number): string => differenceWords(metric, value),
  /** A difference on an axis, where there is no room for words. */
  tick: (value: number): string => (metric === 'accuracy' ? `${short(100 * value)} %` : String(short(value))),
});

/** "Rank 8, 25 % of layers" */
export const titleOf = (point: Readonly<Record<string, number>>): string => capital(pointWords(point));

/** "Accuracy", or "Accuracy net of size" where the search lets size count. */
export const objectiveTitle = ({
  metric,
  isNetOfSize,
}: Pick<SearchOutlook, 'metric' | 'isNetOfSize'>): string => capital(objectiveWords(metric, isNetOfSize));

export const valueAxis = (outlook: SearchOutlook): PlotAxis => ({
  title: objectiveTitle(outlook),
  format: words(outlook.metric).value,
  ...{ range: undefined, ticks: undefined },
});

/** What is known and expected of a point, a line each. */
export function hintOf(point: OutlookPoint, outlook: SearchOutlook, run: SearchOfRun): string[] {
  const { expected, parameters } = point;
  const { value, difference } = words(outlook.metric);
  return [
    tried(point, outlook, run),
    ...(expected === undefined
      ? []
      : [`Expected ${value(expected.mean)} ± ${difference(expected.deviation)}`]),
    ...(expected?.gain === undefined ? [] : [`Would gain ${difference(expected.gain)} on average`]),
    ...(parameters === undefined ? [] : [`${formatCount(parameters)} parameters`]),
  ];
}

/** "Trial 3: 91.2 %, best", "Not tried" or "Asked for by hand". */
function tried(
  { trial, isAsked, keepsBudget }: OutlookPoint,
  outlook: SearchOutlook,
  run: SearchOfRun,
): string {
  if (trial === undefined)
    return isAsked ? 'Asked for by hand' : keepsBudget ? 'Not tried' : 'Beyond the budget';
  const objective = outlook.trials[trial]?.objective;
  const searched = run.searched.find(({ number }) => number === trial);
  const isBest = bestSearched(run)?.number === trial;
  const state = isBest ? 'best' : stateWords[searched?.state ?? 'proposed'];
  const reached = objective === undefined ? [] : [words(outlook.metric).value(objective)];
  const byHand = searched?.byHand === true ? ['by hand'] : [];
  return `Trial ${trial + 1}: ${[...reached, state, ...byHand].join(', ')}`;
}

/** What of a run is of its search. */
export type SearchOfRun = Pick<RunState, 'search' | 'searched' | 'searchEnd'>;

/** Two digits, of which neither is written where it is 0. */
const short = (value: number): number => Number(value.toPrecision(2));
