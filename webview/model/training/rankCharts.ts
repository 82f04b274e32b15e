import { formatCount } from '../../../src/shared/format';
import type { Module } from '../../../src/shared/words';
import type { ChartLine, ChartView } from './chartView';
import type { Line } from './lines';
import type { RankMoment } from './rankMoments';

/** Lines that can be told apart at a glance. */
const mostLines = 5;

/**
 * The total rank over steps, and the ranks of the modules that moved most. Modules of a layer that moved alike are one line.
 *
 * @param reached steps that were taken: until there the last ranks hold
 * @param marker the step that is looked at
 */
export function rankCharts(
  modules: readonly Module[],
  moments: readonly RankMoment[],
  steps: number,
  reached: number,
  marker: number | undefined,
): ChartView[] {
  const lineOf = (value: (moment: RankMoment) => number): Line => {
    const line = moments.map((moment) => ({ x: moment.step, y: value(moment) }));
    const last = line.at(-1);
    return last === undefined || last.x >= reached ? line : [...line, { x: reached, y: last.y }];
  };
  const usual = { steps, format: formatCount, marker, finest: 1 };
  const total = lineOf(({ ranks }) => ranks.reduce((sum, rank) => sum + rank, 0));
  return [
    {
      ...{ ...usual, id: 'total rank', title: 'Total rank', note: undefined },
      lines: [lineIn('total rank', total, 0)],
    },
    {
      ...{ ...usual, id: 'moved', title: 'Modules whose rank moved most', hasKey: true },
      note: undefined,
      lines: mostMoved(modules, moments).map(({ label, place }, index) =>
        lineIn(
          label,
          lineOf(({ ranks }) => ranks[place] ?? 0),
          index,
        ),
      ),
    },
  ];
}

const lineIn = (label: string, line: Line, index: number): ChartLine => ({
  ...{
    label,
    line,
    spread: undefined,
    color: index,
    shape: index,
    dash: index,
    drawn: 'line',
    isStepped: true,
  },
  ...{ isFaint: false, isThick: false },
});

/** One module of each group that moved alike, those with the widest range of ranks first. */
function mostMoved(
  modules: readonly Module[],
  moments: readonly RankMoment[],
): { readonly label: string; readonly place: number }[] {
  const groups = new Map<string, number[]>();
  for (const [place, { layer }] of modules.entries()) {
    const ranks = moments.map((moment) => moment.ranks[place] ?? 0);
    if (new Set(ranks).size < 2) continue;
    const key = `${layer}: ${ranks.join(' ')}`;
    groups.set(key, [...(groups.get(key) ?? []), place]);
  }
  const rangeOf = (place: number): number => {
    const ranks = moments.map((moment) => moment.ranks[place] ?? 0);
    return Math.max(...ranks) - Math.min(...ranks);
  };
  return [...groups.values()]
    .map((places) => ({ places, place: places[0] ?? 0 }))
    .sort((a, b) => rangeOf(b.place) - rangeOf(a.place) || a.place - b.place)
    .slice(0, mostLines)
    .map(({ places, place }) => ({
      place,
      label: `layer ${modules[place]?.layer} ${places.map((one) => modules[one]?.role).join(', ')}`,
    }));
}
