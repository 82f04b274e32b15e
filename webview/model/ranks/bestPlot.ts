import type { OutlookPoint, SearchOutlook } from '../../../src/shared/searchOutlook';
import { marksOf } from './marks';
import type { Plot } from './plot';
import { hintOf, titleOf, valueAxis, type SearchOfRun } from './pointWords';

/** More trials than this have no tick each. */
const mostTicks = 12;

/** The best so far after each trial, with what each trial came to. */
export function bestPlot(outlook: SearchOutlook, run: SearchOfRun, selected: number | undefined): Plot {
  const numberOf = ({ trial }: OutlookPoint): number => (trial ?? -1) + 1;
  const heightOf = ({ trial }: OutlookPoint): number | undefined =>
    trial === undefined ? undefined : outlook.trials[trial]?.objective;
  const tried = outlook.points.filter((point) => heightOf(point) !== undefined);
  const most = Math.max(outlook.trials.length, run.search?.trials ?? 1);
  const every = Math.ceil(most / mostTicks);
  const line = outlook.bestSoFar.map(({ trial, value }) => ({ x: trial + 1, y: value }));
  const last = line.at(-1);
  const end = { x: outlook.trials.length, y: last?.y ?? 0 };
  return {
    x: {
      ...{ title: 'Trial', format: String, range: [0.5, most + 0.5] },
      ticks: Array.from({ length: most }, (_, index) => index + 1)
        .filter((number) => (number - 1) % every === 0)
        .map((number) => ({ at: number, label: String(number) })),
    },
    y: valueAxis(outlook),
    lines: last === undefined ? [] : [{ points: end.x > last.x ? [...line, end] : line, isStepped: true }],
    ...{ band: [], bars: undefined, shades: [] },
    marks: marksOf(outlook, run, selected, { x: numberOf, y: heightOf }),
    stops: tried
      .map((point) => ({
        ...{ x: numberOf(point), y: heightOf(point) ?? 0, point: point.point, trial: point.trial },
        ...{ title: titleOf(point.point), hint: hintOf(point, outlook, run) },
      }))
      .sort((a, b) => a.x - b.x),
    isFree: false,
  };
}
