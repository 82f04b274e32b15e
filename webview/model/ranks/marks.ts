import type { OutlookPoint, OutlookTrial, SearchOutlook } from '../../../src/shared/searchOutlook';
import type { RunState } from '../../../src/shared/runState';
import { bestSearched } from '../../../src/shared/searchWords';
import type { MarkKind, Plot, PlotMark } from './plot';
import type { SearchOfRun } from './pointWords';

/** Where a chart puts the point of a trial; without a height it is left out. */
export interface Placing {
  readonly x: (point: OutlookPoint) => number;
  readonly y: (point: OutlookPoint) => number | undefined;
  readonly isFaint?: (point: OutlookPoint) => boolean;
}

/** A mark for each trial, and for each point that was asked for by hand and waits. */
export function marksOf(
  outlook: SearchOutlook,
  run: SearchOfRun,
  selected: number | undefined,
  { x, y, isFaint = () => false }: Placing,
): PlotMark[] {
  const best = bestSearched(run)?.number;
  return outlook.points.flatMap((point): PlotMark[] => {
    const { trial, isAsked } = point;
    const height = y(point);
    if ((trial === undefined && !isAsked) || height === undefined) return [];
    const state = run.searched.find(({ number }) => number === trial)?.state ?? 'proposed';
    return [
      {
        ...{ x: x(point), y: height, isFaint: isFaint(point) },
        spread: spreadOf(trial === undefined ? undefined : outlook.trials[trial], height),
        kind: trial === undefined ? 'asked' : trial === best ? 'best' : kinds[state],
        isSelected: trial !== undefined && trial === selected,
        label: trial === undefined ? '' : String(trial + 1),
      },
    ];
  });
}

/** Around where the mark stands, which need not be the objective: it may be the metric alone. */
function spreadOf(trial: OutlookTrial | undefined, height: number): PlotMark['spread'] {
  if (trial?.spread === undefined || trial.objective === undefined) return undefined;
  const shift = height - trial.objective;
  return [trial.spread[0] + shift, trial.spread[1] + shift];
}

const kinds: Readonly<Record<RunState['searched'][number]['state'], MarkKind>> = {
  ...{ proposed: 'asked', running: 'running', done: 'done', pruned: 'pruned', failed: 'failed' },
};

/** What each kind of mark says. */
const markWords: Readonly<Record<MarkKind, string>> = {
  best: 'Best so far',
  done: 'Trained to its end',
  pruned: 'Ended early: the best it had reached',
  failed: 'Failed, at what was expected',
  running: 'Running, at what is expected',
  asked: 'Waiting, at what is expected',
};

export type LegendKind = MarkKind | 'line' | 'band' | 'bar' | 'beyond';

/** What a legend has to say of what a plot shows, in a fixed order. */
export function legendOf({ marks, lines, band, bars, shades }: Plot): [kind: LegendKind, words: string][] {
  const shown = (Object.keys(markWords) as MarkKind[]).filter((kind) =>
    marks.some((mark) => mark.kind === kind),
  );
  return [
    ...shown.map((kind): [LegendKind, string] => [kind, markWords[kind]]),
    ...(lines.length > 0 ? [['line', 'What the model expects'] as [LegendKind, string]] : []),
    ...(band.length > 0 ? [['band', 'One standard deviation of it'] as [LegendKind, string]] : []),
    ...(bars === undefined ? [] : [['bar', 'Expected gain of a trial'] as [LegendKind, string]]),
    ...(shades.length > 0 ? [['beyond', 'Beyond the budget'] as [LegendKind, string]] : []),
  ];
}
