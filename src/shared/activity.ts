import type { RunState } from './runState';

/** What a run is at, as the editor and the terminal say it: a search scores before it trains. */
export type Activity = 'scoring' | 'searching' | 'training' | 'judging';

export function activityOf({
  job,
  search,
  stage,
  verdict,
}: Pick<RunState, 'job' | 'search' | 'stage' | 'verdict'>): Activity {
  if (job === 'judge' || verdict !== undefined) return 'judging';
  if (job === 'train') return 'training';
  return search !== undefined || stage === 'search' ? 'searching' : 'scoring';
}
