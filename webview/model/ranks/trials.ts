import { capital, formatCount } from '../../../src/shared/format';
import type { RunState } from '../../../src/shared/runState';
import { csvLines } from '../copies/csv';
import type { PageView } from '../view';
import type { SearchOfRun } from './pointWords';
import {
  bestSearched,
  dimensionTitle,
  dimensionValue,
  metricWords,
  searchedWords,
  stateWords,
  trialWords,
} from '../../../src/shared/searchWords';

/** The trials of a rank search as a table: one row a trial, in the order of proposal. */
export interface TrialsTable {
  readonly columns: readonly string[];
  readonly rows: readonly TrialRow[];
}

export interface TrialRow {
  /** Of its trial; undefined of a point that was not tried. */
  readonly number: number | undefined;
  /** The first is the trial's number. */
  readonly cells: readonly string[];
  readonly best: boolean;
}

export function trialsTable(run: SearchOfRun): TrialsTable {
  const { searched } = run;
  const best = bestSearched(run);
  const dimensions = [...new Set(searched.flatMap(({ point }) => Object.keys(point)))];
  return {
    columns: [
      ...['Trial', ...dimensions.map(dimensionTitle)],
      ...['Parameters', capital(searched[0]?.metric ?? 'value'), 'State'],
    ],
    rows: searched.map((trial) => ({
      ...{ number: trial.number, best: trial.number === best?.number },
      cells: [
        String(trial.number + 1),
        ...dimensions.map((name) => dimensionValue(name, trial.point[name])),
        formatCount(trial.parameters),
        trial.value === undefined ? '–' : metricWords(trial.metric, trial.value),
        `${trial.number === best?.number ? 'best' : stateWords[trial.state]}${trial.byHand === true ? ', by hand' : ''}`,
      ],
    })),
  };
}

/** Where the search is, and the best of it so far; why it ended, once it has. */
export function searchSentences(run: SearchOfRun): string[] {
  const best = bestSearched(run);
  const words = run.searchEnd?.words;
  return [
    ...(words === undefined ? [`${capital(trialWords(run) ?? 'No trial yet')}.`] : [words]),
    ...(best === undefined
      ? []
      : [`${words === undefined ? 'Best so far' : 'Best'}: ${searchedWords(best)}.`]),
  ];
}

/** Why a trial failed, what was ended early, and what else a reader should know. */
export const searchNotes = ({ searched, notes }: Pick<RunState, 'searched' | 'notes'>): string[] => [
  ...notes,
  ...searched.flatMap(({ number, reason }) =>
    reason === undefined ? [] : [`Trial ${number + 1} failed. ${reason}`],
  ),
];

/** The trials as CSV, with numbers as they are. */
export function trialsCsv({ searched }: Pick<RunState, 'searched'>): string {
  const dimensions = [...new Set(searched.flatMap(({ point }) => Object.keys(point)))];
  const metric = searched[0]?.metric ?? 'value';
  const head = [
    'trial',
    ...dimensions,
    'parameters',
    metric,
    'state',
    'by_hand',
    'expected',
    'deviation',
    'gain',
  ];
  const rows = searched.map(({ number, point, parameters, value, state, byHand, why }) => [
    ...[number + 1, ...dimensions.map((name) => point[name]), parameters, value, state],
    String(byHand === true),
    ...[why?.mean, why?.deviation, why?.expectedImprovement],
  ]);
  return csvLines([head, ...rows]);
}

/** Why a chart of the search has nothing to draw. */
export function waitingWords({ run, outlook }: Pick<PageView, 'run' | 'outlook'>): string {
  if (run.status === 'running') return 'Waiting for the first trial that has a value …';
  return outlook === undefined
    ? 'The trials are being read …'
    : 'The search ended before a trial had a value.';
}
