import { h, rebuild, setAttribute, svg } from '../dom';
import type { FigureMark, IntervalFigure, IntervalRow } from '../model/verdict/figure';

/** Pixels: of a row, its interval's line, its seeds' dots, and half the height of the interval's ends. */
const row = { height: 46, line: 16, seeds: 35, cap: 6 };
const axisHeight = 40;
const diamond = 'M0 -6L6 0L0 6L-6 0Z';

export interface IntervalPlot {
  readonly element: HTMLElement;
  draw(figure: IntervalFigure): void;
}

/**
 * Intervals around zero, one row each, with what each is beside or above it. Across, everything stands at a share of the width,
 * so that the drawing is as wide as there is room and its marks keep their form.
 */
export function intervalPlot(): IntervalPlot {
  const rows = h('div', { class: 'interval-rows', role: 'img' });
  const legend = h('ul', { class: 'legend interval-legend' });
  const element = h('div', { class: 'interval-plot' }, rows, legend);
  return {
    element,
    draw: (figure) => {
      setAttribute(rows, 'aria-label', figure.words);
      rebuild(rows, figure, () => [
        ...figure.rows.flatMap((one) => [
          h('p', {}, h('strong', {}, one.title), h('span', {}, one.words)),
          drawing(row.height, ...ground(figure), ...marks(one)),
        ]),
        h('p', { class: 'quiet axis-title' }, figure.axis),
        axis(figure),
      ]);
      rebuild(legend, figure.legend, () =>
        figure.legend.map(([kind, words]) => h('li', {}, sampleOf(kind), words)),
      );
    },
  };
}

const drawing = (height: number, ...children: Node[]): SVGSVGElement =>
  svg('svg', { width: '100%', height: String(height) }, ...children);

const at = (share: number): string => `${(100 * share).toFixed(3)}%`;

/** What lies behind a row: the numbers of the axis, what does not matter, and zero. */
function ground({ ticks, band, zero }: IntervalFigure): Node[] {
  const upright = (share: number, kind: string): Node =>
    svg('line', { class: kind, x1: at(share), x2: at(share), y1: '0', y2: '100%' });
  return [
    ...(band === undefined
      ? []
      : [
          svg('rect', {
            class: 'margin',
            x: at(band[0]),
            width: at(band[1] - band[0]),
            y: '0',
            height: '100%',
          }),
          ...band.map((share) => upright(share, 'margin')),
        ]),
    ...ticks.map((tick) => upright(tick.at, 'grid-line')),
    upright(zero, 'zero'),
  ];
}

function marks({ mean, interval, seeds, isCalled }: IntervalRow): Node[] {
  const [low, high] = interval;
  const ends = [low, high].map((share) =>
    svg('line', {
      ...{ class: 'interval', x1: at(share), x2: at(share) },
      ...{ y1: String(row.line - row.cap), y2: String(row.line + row.cap) },
    }),
  );
  const y = String(row.line);
  return [
    svg('line', { class: 'interval', x1: at(low), x2: at(high), y1: y, y2: y }),
    ...ends,
    // A drawing within the drawing, since a path knows no shares.
    svg('svg', { x: at(mean), y, overflow: 'visible' }, meanMark(isCalled)),
    ...seeds.map((share) => svg('circle', { class: 'seed', cx: at(share), cy: String(row.seeds), r: '3.5' })),
  ];
}

const meanMark = (isCalled: boolean): Node =>
  svg('path', { class: isCalled ? 'mean called' : 'mean', d: diamond });

function axis({ ticks, left, right }: IntervalFigure): SVGSVGElement {
  const word = (text: string, x: string, y: number, anchor: string): Node => {
    const element = svg('text', { x, y: String(y), 'text-anchor': anchor });
    element.textContent = text;
    return element;
  };
  return drawing(
    axisHeight,
    ...ticks.map((tick) => word(tick.label, at(tick.at), 14, 'middle')),
    word(left, '0', 33, 'start'),
    word(right, '100%', 33, 'end'),
  );
}

function sampleOf(kind: FigureMark): Node {
  const inside: Readonly<Record<FigureMark, () => Node[]>> = {
    mean: () => [meanMark(true)],
    interval: () => [svg('path', { class: 'interval', d: 'M-9 0H9M-9 -5V5M9 -5V5' })],
    seed: () => [svg('circle', { class: 'seed', r: '3.5' })],
    margin: () => [
      svg('rect', { class: 'margin', x: '-9', y: '-7', width: '18', height: '14' }),
      svg('path', { class: 'margin', d: 'M-9 -7V7M9 -7V7' }),
    ],
  };
  return svg(
    'svg',
    { width: '22', height: '16', viewBox: '-11 -8 22 16', 'aria-hidden': 'true' },
    ...inside[kind](),
  );
}
