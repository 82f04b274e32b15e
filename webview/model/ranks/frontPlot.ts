import { capital, formatCount } from '../../../src/shared/format';
import type { OutlookPoint, SearchOutlook } from '../../../src/shared/searchOutlook';
import { marksOf } from './marks';
import type { Plot, PlotTick } from './plot';
import { hintOf, titleOf, words, type SearchOfRun } from './pointWords';

/** Room beside the outermost trials, as a share of the axis. */
const margin = 0.06;

/**
 * The metric of each trial against what it takes, on an axis of doublings, with a line through the trials that no other beats
 * in both.
 */
export function frontPlot(outlook: SearchOutlook, run: SearchOfRun, selected: number | undefined): Plot {
  const valueOf = ({ trial }: OutlookPoint): number | undefined =>
    run.searched.find(({ number }) => number === trial)?.value;
  const placeIn = ({ parameters }: OutlookPoint): number => Math.log2(Math.max(1, parameters ?? 1));
  const tried = outlook.points.filter((point) => valueOf(point) !== undefined);
  const front = outlook.front.flatMap((number) => tried.filter(({ trial }) => trial === number));
  const places = tried.map(placeIn);
  const [low, high] = [Math.min(...places), Math.max(...places)];
  const room = Math.max(0.25, margin * (high - low));
  return {
    x: {
      title: 'Parameters',
      format: (place) => formatCount(2 ** place),
      range: tried.length === 0 ? undefined : [low - room, high + room],
      ticks: tried.length === 0 ? undefined : roundTicks(low - room, high + room),
    },
    y: {
      title: capital(outlook.metric),
      format: words(outlook.metric).value,
      range: undefined,
      ticks: undefined,
    },
    lines: [
      { points: front.map((point) => ({ x: placeIn(point), y: valueOf(point) ?? 0 })), isStepped: true },
    ],
    ...{ band: [], bars: undefined, shades: [] },
    marks: marksOf(outlook, run, selected, { x: placeIn, y: valueOf }),
    stops: tried
      .map((point) => ({
        ...{ x: placeIn(point), y: valueOf(point) ?? 0, point: point.point, trial: point.trial },
        ...{ title: titleOf(point.point), hint: hintOf(point, outlook, run) },
      }))
      .sort((a, b) => a.x - b.x),
    isFree: true,
  };
}

/** Numbers on an axis, at most. */
const mostTicks = 6;

/** A few round numbers on an axis of doublings: 1, 2 and 5 times powers of ten, or fewer of them; of a short axis, finer ones. */
function roundTicks(low: number, high: number): PlotTick[] {
  const powers = Array.from({ length: 16 }, (_, power) => 10 ** power);
  const sets = [[1, 2, 5], [1, 3], [1]].map((steps) =>
    powers.flatMap((power) => steps.map((by) => by * power)),
  );
  const within = sets.map((numbers) =>
    numbers.filter((number) => Math.log2(number) >= low && Math.log2(number) <= high),
  );
  const chosen = within.find((numbers) => numbers.length <= mostTicks) ?? within.at(-1) ?? [];
  const numbers = chosen.length < 2 ? fineNumbers(2 ** low, 2 ** high) : chosen;
  return numbers.map((number) => ({ at: Math.log2(number), label: formatCount(number) }));
}

/** Numbers of two digits, evenly spaced: as they are written. */
function fineNumbers(low: number, high: number): number[] {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(high)) - 1);
  const first = Math.ceil(low / unit);
  const count = Math.floor(high / unit) - first + 1;
  const every = Math.ceil(count / mostTicks);
  return Array.from({ length: Math.ceil(count / every) }, (_, index) => unit * (first + every * index));
}
