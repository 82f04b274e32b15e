import { formatCount } from '../shared/format';
import type { SearchedTrial } from '../shared/runEvents';
import type { RunState } from '../shared/runState';
import { metricWords, pointWords } from '../shared/searchWords';
import { table } from './table';

/** The trials of a rank search as a Markdown section; nothing where a run has none. Pure. */
export function searchSection(state: RunState): string[] {
  if (state.searched.length === 0) return [];
  return ['## Rank search', '', ...searchTable(state), '', ...searchEnd(state), ''];
}

/** One row a trial: what was tried, what was expected of it and what came of it. Also what the command line prints. */
export function searchTable({ searched, searchEnd: end }: RunState): string[] {
  const metric = searched[0]?.metric ?? 'metric';
  const rows = searched.map((trial) => [
    String(trial.number + 1),
    pointWords(trial.point),
    trial.number === end?.best ? 'best' : stateWords[trial.state],
    formatCount(trial.parameters),
    expected(trial),
    trial.value === undefined ? '-' : metricWords(metric, trial.value),
  ]);
  return table([['trial', 'point', 'outcome', 'parameters', 'expected', metric], ...rows], 3);
}

/** Why it ended, and what won. */
export function searchEnd({ searched, searchEnd: end }: RunState): string[] {
  if (end === undefined) return [];
  const best = searched.find(({ number }) => number === end.best);
  return [
    end.words,
    ...(best?.value === undefined
      ? []
      : [
          `Best: ${pointWords(best.point)}, ${metricWords(best.metric, best.value)} ${best.metric} with ${formatCount(best.parameters)} parameters.`,
        ]),
  ];
}

const stateWords: Readonly<Record<SearchedTrial['state'], string>> = {
  proposed: 'proposed',
  running: 'running',
  done: '',
  pruned: 'ended early',
  failed: 'failed',
};

const expected = ({ why, metric }: SearchedTrial): string =>
  why === undefined ? '-' : `${metricWords(metric, why.mean)} ± ${metricWords(metric, why.deviation)}`;
