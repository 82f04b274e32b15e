import type { Comparison, Verdict } from '../../shared/verdict';
import { armTitles, verdictDifference, signedDifference } from '../../shared/verdictWords';
import { callWords, confidenceWords, intervalWords } from '../verdictNumbers';
import { bottomAxis, type Box } from './axes';
import { element, type Markup } from './markup';
import { figureWidth, label, line, mark, picture } from './picture';
import { linear, spanOf, type Scale } from './scale';

const rowHeight = 52;
const top = 40;

/** Plan less each control: the mean with its interval, each seed below it, nothing as a line, and what does not matter as a band. */
export function verdictFigure(verdict: Verdict): Markup | undefined {
  const { comparisons, margin, metric } = verdict;
  if (comparisons.length === 0) return undefined;
  const unit = metric === 'accuracy' ? 100 : 1;
  const bottom = top + comparisons.length * rowHeight;
  const box: Box = { left: 128, right: figureWidth - 202, top, bottom };
  const finite = comparisons
    .flatMap(({ interval, bySeed, difference }) => [...interval, ...bySeed, difference])
    .filter(Number.isFinite);
  const x = linear(
    spanOf(
      [...finite, 0, margin, -margin].map((value) => unit * value),
      0.06,
    ),
    [box.left, box.right],
    6,
  );
  const place = (value: number): number => Math.min(box.right, Math.max(box.left, x(unit * value)));
  return picture(
    {
      ...{ id: 'verdict', height: bottom + 42, title: 'Plan against controls' },
      description: comparisons
        .map(
          (one) =>
            `Against ${armTitles[one.control]}: ${signedDifference(verdict, one.difference)}, ${confidenceWords(verdict)} interval ${intervalWords(verdict, one.interval)}, ${callWords(one)}.`,
        )
        .join(' '),
    },
    marginBand(verdict, box, place),
    x.ticks.map((tick) => line(x(tick), top, x(tick), bottom, 'grid')),
    line(x(0), top - 6, x(0), bottom, 'zero'),
    comparisons.map((one, at) => rowOf(verdict, one, top + at * rowHeight, place)),
    bottomAxis(box, {
      scale: x,
      title: `plan less control, ${metric === 'accuracy' ? 'points of accuracy' : 'nats of loss'}`,
      words: (tick) => signedTick(tick, x),
    }),
    sides(verdict, box, x(0), bottom + 34),
    label(figureWidth - 190, top - 14, `difference [${confidenceWords(verdict)} interval]`, {
      kind: 'axis-title',
    }),
  );
}

function rowOf(verdict: Verdict, one: Comparison, y: number, place: (value: number) => number): Markup[] {
  const { interval, difference, bySeed, call, control } = one;
  const [low, high] = interval.map(place) as [number, number];
  const [middle, below] = [y + 20, y + 37];
  const paired = seedsOf(verdict, control);
  return [
    label(0, middle + 4, `less ${armTitles[control]}`, { kind: 'strong' }),
    label(0, below + 3, `${one.seeds} seeds`, { kind: 'note', size: 10 }),
    line(low, middle, high, middle, 'interval'),
    line(low, middle - 5, low, middle + 5, 'interval'),
    line(high, middle - 5, high, middle + 5, 'interval'),
    // Filled where a difference is called.
    mark(
      'diamond',
      place(difference),
      middle,
      5,
      call === 'none' ? 'mean open' : 'mean',
      signedDifference(verdict, difference),
    ),
    ...bySeed.map((value, at) =>
      mark(
        'circle',
        place(value),
        below,
        3.25,
        'seed',
        `Seed ${paired[at] ?? at + 1}: ${signedDifference(verdict, value)}`,
      ),
    ),
    label(figureWidth - 190, middle + 4, numbersOf(verdict, one), {}),
    label(figureWidth - 190, below + 4, callWords(one), { kind: call === 'none' ? 'note' : 'strong' }),
  ];
}

/** The seeds that plan and control were both trained with, in the order in which they are compared. */
function seedsOf({ arms, seeds }: Verdict, control: Comparison['control']): number[] {
  const has = (name: string, seed: number): boolean =>
    arms.some((arm) => arm.name === name && arm.results.some((one) => one.seed === seed));
  return seeds.filter((seed) => has('plan', seed) && has(control, seed));
}

/** "+4.8 [+2.3 to +7.2]": the unit stands below the axis. */
const numbersOf = (verdict: Verdict, { difference, interval }: Comparison): string =>
  `${signedDifference(verdict, difference)} [${intervalWords(verdict, interval)}]`.replaceAll(' points', '');

function marginBand({ margin, ...verdict }: Verdict, box: Box, place: (value: number) => number): Markup[] {
  if (margin === 0) return [];
  const [from, to] = [place(-margin), place(margin)];
  return [
    element('rect', { x: from, y: box.top, width: to - from, height: box.bottom - box.top, class: 'band' }),
    line(from, box.top, from, box.bottom, 'band-edge'),
    line(to, box.top, to, box.bottom, 'band-edge'),
    label(place(0), box.top - 14, `±${verdictDifference(verdict, margin)}: does not matter`, {
      anchor: 'middle',
      kind: 'note',
    }),
  ];
}

/** On which side the plan is better: a loss is better where it is less. */
function sides({ metric }: Verdict, { left, right }: Box, zero: number, y: number): Markup[] {
  const [less, more] =
    metric === 'accuracy'
      ? ['← control is better', 'plan is better →']
      : ['← plan is better', 'control is better →'];
  // The title of the axis stands between them; a side that has hardly any room is no side that anybody asks about.
  const room = 60;
  return [
    ...(zero - left > room ? [label(left, y, less, { kind: 'note' })] : []),
    ...(right - zero > room ? [label(right, y, more, { anchor: 'end', kind: 'note' })] : []),
  ];
}

function signedTick(tick: number, { ticks }: Scale): string {
  const gap = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0));
  const digits = Math.max(0, Math.min(6, -Math.floor(Math.log10(gap) + 1e-9)));
  if (Math.abs(tick) < gap / 1e6) return '0';
  return `${tick > 0 ? '+' : '−'}${Math.abs(tick).toFixed(digits)}`;
}
