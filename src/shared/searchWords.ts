import { capital, formatCount, formatScore, formatShare } from './format';
import type { SearchedTrial } from './runEvents';
import type { RunState } from './runState';

/** "rank 8, 25 % of layers": a point of a search, for people. */
export const pointWords = (point: Readonly<Record<string, number>>): string =>
  Object.entries(point)
    .map(([name, value]) =>
      name === 'layers'
        ? `${dimensionValue(name, value)} of layers`
        : `${name.replaceAll('_', ' ')} ${value}`,
    )
    .join(', ');

/** A dimension of a search as the head of a column: "MLP rank". */
export const dimensionTitle = (name: string): string =>
  name === 'mlp_rank' ? 'MLP rank' : capital(name.replaceAll('_', ' '));

/** A number of a dimension: "25 %" for a share of layers, "–" where there is none. */
export function dimensionValue(name: string, value: number | undefined): string {
  if (value === undefined) return '–';
  return name === 'layers' ? `${Number((100 * value).toFixed(1))} %` : String(value);
}

/** What a search makes large: "accuracy", or "accuracy net of size" where size counts. */
export const objectiveWords = (metric: string, isNetOfSize: boolean): string =>
  isNetOfSize ? `${metric} net of size` : metric;

/** A value of a search's metric: accuracy in percent, a loss as it is. */
export const metricWords = (metric: string, value: number): string =>
  metric === 'accuracy' ? formatShare(value) : value.toFixed(4);

/** A difference of such values, above 0: "0.3 %" of accuracy, "0.012" of a loss; small ones keep their digits. */
export function differenceWords(metric: string, difference: number): string {
  if (metric !== 'accuracy') return formatScore(difference);
  return difference > 0 && difference < 1e-5 ? 'less than 0.001 %' : `${formatScore(100 * difference)} %`;
}

/** The best trial of a search that has ended, or the best so far; undefined before one came to its end. */
export function bestSearched({ search, searched, searchEnd }: SearchOfRun): SearchedTrial | undefined {
  const best = searchEnd === undefined ? search?.best : searchEnd.best;
  return searched.find(({ number }) => number === best);
}

/** "rank 8, 25 % of layers: 40.4 % accuracy with 40.3 k parameters" */
export const searchedWords = ({ point, metric, value, parameters }: SearchedTrial): string =>
  `${pointWords(point)}: ${value === undefined ? '' : `${metricWords(metric, value)} ${metric} `}with ${formatCount(parameters)} parameters`;

/** "trial 3 of 8": where a search is; undefined before it has begun. */
export function trialWords({ search, searched }: SearchOfRun): string | undefined {
  if (search === undefined) return undefined;
  const number = searched.filter(({ state }) => state !== 'proposed').at(-1)?.number ?? 0;
  return `trial ${number + 1} of ${search.trials}`;
}

/** "search paused after trial 3 of 8": of one that runs and waits to be told to go on; undefined of any other. */
export function pausedWords(run: SearchOfRun & Pick<RunState, 'status'>): string | undefined {
  if (run.status !== 'running' || run.search?.paused !== true) return undefined;
  const isBegun = run.searched.some(({ state }) => state !== 'proposed');
  return `search paused ${isBegun ? `after ${trialWords(run)}` : 'before its first trial'}`;
}

/** Of a search that is asked to pause and has not come to it. */
export const pausesSoon = 'The search pauses once the trial in progress has ended.';

type SearchOfRun = Pick<RunState, 'search' | 'searched' | 'searchEnd'>;

/** What came of a trial, so far. */
export const stateWords: Readonly<Record<SearchedTrial['state'], string>> = {
  proposed: 'waiting',
  running: 'running',
  done: 'done',
  pruned: 'ended early',
  failed: 'failed',
};
