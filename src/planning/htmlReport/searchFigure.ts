import { capital } from '../../shared/format';
import type { SearchedTrial } from '../../shared/runEvents';
import type { RunState } from '../../shared/runState';
import { bestSearched, metricWords, pointWords, searchedWords, stateWords } from '../../shared/searchWords';
import { bottomAxis, leftAxis, panelTitle, type Box } from './axes';
import type { Markup } from './markup';
import { figureWidth, label, line, mark, picture, polyline } from './picture';
import { tickWords } from './tickWords';
import { linear, logarithmic, spanOf, type Scale } from './scale';

const top = 34;
const bottom = 250;

/** Trials of a rank search: value over parameters, and over the order in which they were tried, with the best one so far. */
export function searchFigure(state: RunState): Markup | undefined {
  const { searched } = state;
  const ended = searched.filter(isMeasured);
  const [first] = ended;
  if (first === undefined) return undefined;
  const best = bestSearched(state);
  const { metric } = first;
  const middle = figureWidth / 2;
  const [sizes, order]: [Box, Box] = [
    { left: 56, right: middle - 18, top, bottom },
    { left: middle + 46, right: figureWidth - 10, top, bottom },
  ];
  const expectations = ended.flatMap(({ why }) =>
    why === undefined ? [] : [why.mean - why.deviation, why.mean + why.deviation],
  );
  const values = ended.map(({ value }) => value);
  // What was expected may be far off the scale of what came: it must not flatten it.
  const [low, high] = spanOf(values, 0.12);
  const near = expectations.filter((one) => one > low - (high - low) && one < high + (high - low));
  const y = linear(spanOf([...values, ...near], 0.08), [bottom, top]);
  const words = (value: number): string => tickWords(metric, value, y.ticks);
  const costs = logarithmic(spanOf(ended.map(({ parameters }) => Math.max(1, parameters))), [
    sizes.left + 14,
    sizes.right - 14,
  ]);
  const numbers = linear(
    [0.5, Math.max(...searched.map(({ number }) => number)) + 1.5],
    [order.left, order.right],
    7,
  );
  const ordinals = Object.assign((value: number) => numbers(value), {
    ticks: numbers.ticks.filter((tick) => Number.isInteger(tick) && tick >= 1),
  });
  const title = metric === 'accuracy' ? 'Validation accuracy' : capital(metric);
  return picture(
    {
      ...{ id: 'search', height: bottom + 66, title: 'Trials of the rank search' },
      description: `${ended.length} trials over trainable parameters and over their order.${best === undefined ? '' : ` The best is trial ${best.number + 1}: ${searchedWords(best)}.`}`,
    },
    panelTitle(sizes, 14, 'a', `${title} over size`),
    leftAxis(sizes, { scale: y, words }),
    bottomAxis(sizes, { scale: costs, title: 'trainable parameters, log scale', words: sizeWords }),
    marksOf(ended, best, (trial) => costs(Math.max(1, trial.parameters)), y, sizes),
    panelTitle(order, 14, 'b', `${title} in the order of trials`),
    leftAxis(order, { scale: y, words }),
    bottomAxis(order, { scale: ordinals, title: 'trial', words: String }),
    leapsOf(ended, ordinals, y, searched.at(-1)?.number ?? 0),
    ended.flatMap(({ number, why }) =>
      why === undefined ? [] : expectedOf(ordinals(number + 1), why, y, order),
    ),
    marksOf(ended, best, ({ number }) => ordinals(number + 1), y, order, false),
    legend(bottom + 58, ended, best !== undefined),
  );
}

type Measured = SearchedTrial & { readonly value: number };
const isMeasured = (trial: SearchedTrial): trial is Measured =>
  trial.value !== undefined && (trial.state === 'done' || trial.state === 'pruned');

const isSmaller = (metric: string): boolean => metric === 'loss' || metric === 'perplexity';

function marksOf(
  trials: readonly Measured[],
  best: SearchedTrial | undefined,
  x: (trial: SearchedTrial) => number,
  y: Scale,
  { right }: Box,
  isNumbered = true,
): Markup[] {
  return trials.flatMap((trial) => {
    const [cx, cy] = [x(trial), y(trial.value)];
    const isBest = trial.number === best?.number;
    const early = trial.state === 'pruned';
    const says = `Trial ${trial.number + 1}: ${pointWords(trial.point)}; ${metricWords(trial.metric, trial.value)}; ${stateWords[trial.state]}`;
    return [
      ...(isBest ? [mark('circle', cx, cy, 8, 'best')] : []),
      mark(early ? 'triangle' : 'circle', cx, cy, 4, early ? 'trial early' : 'trial', says),
      ...(isNumbered || isBest ? [nameOf(trial, isBest, cx, cy, right)] : []),
    ];
  });
}

/** A trial's number beside its mark; on the other side where the panel ends. */
function nameOf({ number }: SearchedTrial, isBest: boolean, x: number, y: number, right: number): Markup {
  if (!isBest) return label(x + 7, y - 6, String(number + 1), { kind: 'tick', size: 9.5 });
  const isAtEnd = x > right - 52;
  const anchor = isAtEnd ? 'end' : 'start';
  return label(isAtEnd ? x - 11 : x + 11, y - 6, `${number + 1}, best`, { anchor, kind: 'best-text' });
}

/** "20 k": round numbers of an axis, all alike. */
const sizeWords = (count: number): string =>
  count >= 1e6 ? `${count / 1e6} M` : count >= 1e3 ? `${count / 1e3} k` : String(count);

/** The best value so far, as steps over the trials. */
function leapsOf(trials: readonly Measured[], x: Scale, y: Scale, last: number): Markup | undefined {
  const points: [number, number][] = [];
  let best: number | undefined;
  for (const { number, value, state, metric } of trials) {
    if (state !== 'done') continue;
    const isBetter = best === undefined || (isSmaller(metric) ? value < best : value > best);
    if (!isBetter) continue;
    if (best !== undefined) points.push([x(number + 1), y(best)]);
    points.push([x(number + 1), y(value)]);
    best = value;
  }
  if (best === undefined) return undefined;
  points.push([x(last + 1), y(best)]);
  return polyline(points, { class: 'leap' });
}

/** What the search expected of a trial before it was tried: mean and deviation, as far as they lie within the panel. */
function expectedOf(x: number, why: NonNullable<SearchedTrial['why']>, y: Scale, box: Box): Markup[] {
  const within = (value: number): number => Math.min(box.bottom, Math.max(box.top, y(value)));
  const [above, below] = [within(why.mean + why.deviation), within(why.mean - why.deviation)];
  if (above === below) return [];
  const mean = within(why.mean);
  return [
    line(x - 6, above, x - 6, below, 'expected'),
    line(x - 9, above, x - 3, above, 'expected'),
    line(x - 9, below, x - 3, below, 'expected'),
    line(x - 9, mean, x - 3, mean, 'expected'),
  ];
}

function legend(y: number, trials: readonly Measured[], hasBest: boolean): Markup[] {
  const entries: [Markup | Markup[], string, number][] = [];
  let x = 60;
  const add = (draw: (at: number) => Markup | Markup[], words: string): void => {
    entries.push([draw(x), words, x + 14]);
    x += 30 + 6.2 * words.length;
  };
  add((at) => mark('circle', at, y - 4, 4, 'trial'), 'trained to its end');
  if (trials.some(({ state }) => state === 'pruned'))
    add((at) => mark('triangle', at, y - 4, 4, 'trial early'), 'ended early, best it reached');
  if (hasBest) add((at) => mark('circle', at, y - 4, 6.5, 'best'), 'best');
  add(
    (at) =>
      polyline(
        [
          [at - 10, y - 4],
          [at + 9, y - 4],
        ],
        { class: 'leap' },
      ),
    'best so far',
  );
  if (trials.some(({ why }) => why !== undefined))
    add(
      (at) => [
        line(at, y - 11, at, y + 2, 'expected'),
        line(at - 3, y - 11, at + 3, y - 11, 'expected'),
        line(at - 3, y + 2, at + 3, y + 2, 'expected'),
        line(at - 3, y - 4.5, at + 3, y - 4.5, 'expected'),
      ],
      'expected before, ± deviation',
    );
  return entries.flatMap(([drawn, words, at]) => [...[drawn].flat(), label(at, y, words, { kind: 'note' })]);
}
