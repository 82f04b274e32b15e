import { formatCount } from '../shared/format';
import type { SearchedTrial } from '../shared/runEvents';
import type { RunState } from '../shared/runState';
import { bestSearched, metricWords, pointWords, searchedWords, stateWords } from '../shared/searchWords';
import { table } from './table';

/** The trials of a rank search as a Markdown section; nothing where a run has none. Pure. */
export function searchSection(state: RunState): string[] {
  if (state.searched.length === 0) return [];
  return ['## Rank search', '', ...searchTable(state), '', ...searchEnd(state), ''];
}

/** One row a trial: what was tried, what was expected of it and what came of it. Also what the command line prints. */
export const searchTable = (state: RunState): string[] => table(searchCells(state), 3);

/** The rows of the trials under their head; three columns of names, then numbers. */
export function searchCells({ searched, searchEnd: end }: RunState): string[][] {
  const metric = searched[0]?.metric ?? 'metric';
  const rows = searched.map((trial) => [
    String(trial.number + 1),
    pointWords(trial.point),
    trial.number === end?.best ? 'best' : stateWords[trial.state],
    formatCount(trial.parameters),
    expected(trial),
    trial.value === undefined ? '-' : metricWords(metric, trial.value),
  ]);
  return [['trial', 'point', 'outcome', 'parameters', 'expected', metric], ...rows];
}

/** Why it ended, and what won. */
export function searchEnd(state: RunState): string[] {
  if (state.searchEnd === undefined) return [];
  const best = bestSearched(state);
  return [state.searchEnd.words, ...(best === undefined ? [] : [`Best: ${searchedWords(best)}.`])];
}

const expected = ({ why, metric, byHand }: SearchedTrial): string =>
  why === undefined
    ? byHand === true
      ? 'by hand'
      : '-'
    : `${metricWords(metric, why.mean)} ± ${metricWords(metric, why.deviation)}`;
