import { formatShare } from '../../shared/format';
import { element, type Markup } from './markup';
import { rowText, type GridCell, type ModuleGrid } from './moduleGrid';
import { figureWidth, label, line, picture } from './picture';
import { linear, logarithmic, spanOf, type Scale } from './scale';

/** More columns than this are too narrow for what stands in them: the layers go on below. */
const mostColumns = 24;
/** Of the strongest and the weakest cell that is told from nothing. */
const decades = 4;
/** Scores that differ more than this are drawn by their logarithms. */
const wide = 30;

interface Layout {
  readonly left: number;
  readonly cell: { readonly width: number; readonly height: number };
  readonly bars: number;
  readonly bandHeight: number;
}

/** Layers × modules: how strong a cell is, is its share of the score; the plan's cells have a frame and say what they get. */
export function mapFigure(grid: ModuleGrid): Markup {
  const columns = Math.min(mostColumns, grid.layers);
  const bands = Math.ceil(grid.layers / columns);
  const names = shortNames(grid.targets);
  const left = Math.min(180, 22 + 6.3 * Math.max(...names.map(({ length }) => length)));
  const isDeep = bands > 2;
  const height = isDeep ? 13.5 : 25;
  const cell = { width: Math.min(88, (figureWidth - left - 8) / columns), height };
  const bars = grid.isScored ? (isDeep ? 23 : 52) : 0;
  const layout = {
    left,
    cell,
    bars,
    bandHeight: bars + 22 + grid.targets.length * height + (isDeep ? 10 : 24),
  };
  const strength = strengthOf(grid);
  const top = 6;
  const most = Math.max(0, ...grid.layerShares);
  const drawn = Array.from({ length: bands }, (_, band) => {
    const layers = Array.from(
      { length: Math.min(columns, grid.layers - band * columns) },
      (__, at) => band * columns + at,
    );
    return bandOf(grid, layers, names, layout, top + band * layout.bandHeight, strength, most);
  });
  const below = top + bands * layout.bandHeight;
  return picture(
    {
      ...{ id: 'map', height: below + (grid.isScored ? 44 : 6), title: 'Layers and modules' },
      description: descriptionOf(grid),
    },
    drawn,
    grid.isScored ? legend(strength, left, below + 6) : undefined,
  );
}

function bandOf(
  grid: ModuleGrid,
  layers: readonly number[],
  names: readonly string[],
  { left, cell, bars }: Layout,
  top: number,
  { of }: Strength,
  most: number,
): Markup[] {
  const x = (at: number): number => left + at * cell.width;
  const cellsTop = top + bars + 22;
  const right = x(layers.length);
  const height = linear([0, most || 1], [0, bars - 12]);
  const isKept = (layer: number): boolean => grid.cells.some((row) => row[layer]?.row !== undefined);
  const layerBars = bars === 0 ? [] : layers.flatMap((layer, at) => bar(layer, at));
  function bar(layer: number, at: number): (Markup | undefined)[] {
    const share = grid.layerShares[layer] ?? 0;
    const size = height(share);
    const base = top + bars;
    const words = formatShare(share);
    const barWidth = Math.max(3, Math.min(40, cell.width - 6));
    return [
      element(
        'rect',
        {
          ...{ x: x(at) + (cell.width - barWidth) / 2, y: base - size, width: barWidth, height: size },
          class: isKept(layer) ? 'bar kept' : 'bar',
        },
        element('title', {}, `Layer ${layer}: ${words} of the score`),
      ),
      cell.width < 26
        ? undefined
        : label(x(at) + cell.width / 2, base - size - 3.5, words.replace(' %', ''), {
            ...{ anchor: 'middle', size: cell.width < 34 ? 8.5 : 10 },
            kind: isKept(layer) ? 'strong' : 'note',
          }),
    ];
  }
  return [
    ...(bars === 0
      ? []
      : [
          label(left - 8, top + bars - 2, 'share, %', { anchor: 'end', kind: 'axis-title' }),
          ...layerBars.flatMap((one) => one ?? []),
          line(left, top + bars, right, top + bars, 'axis'),
        ]),
    label(left - 8, cellsTop - 6, 'layer', { anchor: 'end', kind: 'axis-title' }),
    ...layers.map((layer, at) =>
      label(x(at) + cell.width / 2, cellsTop - 6, String(layer), {
        ...{ anchor: 'middle', size: cell.width < 24 ? 9 : 11 },
        kind: isKept(layer) ? 'strong' : 'tick',
      }),
    ),
    ...names.map((name, row) =>
      label(left - 8, cellsTop + (row + 0.5) * cell.height + 4, name, { anchor: 'end' }),
    ),
    ...grid.targets.flatMap((target, row) =>
      layers.flatMap((layer, at) =>
        cellOf(grid.cells[row]?.[layer], grid.isScored ? of : undefined, `${target} of layer ${layer}`, {
          ...{ x: x(at), y: cellsTop + row * cell.height, width: cell.width, height: cell.height },
        }),
      ),
    ),
    // Frames last, so that no neighbor lies over them.
    ...grid.targets.flatMap((_, row) =>
      layers.flatMap((layer, at) =>
        grid.cells[row]?.[layer]?.row === undefined
          ? []
          : [
              element('rect', {
                ...{ x: x(at) + 1.25, y: cellsTop + row * cell.height + 1.25 },
                ...{ width: cell.width - 2.5, height: cell.height - 2.5, class: 'planned' },
              }),
            ],
      ),
    ),
  ];
}

function cellOf(
  cell: GridCell | undefined,
  strength: ((share: number) => number) | undefined,
  name: string,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): Markup[] {
  const inside = { x: x + 0.75, y: y + 0.75, width: width - 1.5, height: height - 1.5 };
  if (cell === undefined) return [line(x + 5, y + height / 2, x + width - 5, y + height / 2, 'absent')];
  const opacity = strength?.(cell.share) ?? (cell.row === undefined ? 0 : 0.12);
  const says = [
    ...(strength === undefined ? [] : [`${fineShare(cell.share)} of the score`]),
    ...(cell.row === undefined ? [] : [`rank ${cell.row.rank}, experts ${cell.row.experts}`]),
  ];
  const title = element('title', {}, [name, says.join('; ')].filter((words) => words !== '').join(': '));
  const fill =
    opacity === 0
      ? element('rect', { ...inside, class: 'absent' }, title)
      : element('rect', { ...inside, class: 'cell', 'fill-opacity': opacity }, title);
  if (cell.row === undefined) return [fill];
  const text = rowText(cell.row);
  const size = Math.min(11, (width - 5) / (0.6 * text.length), height - 5);
  const kind = opacity < 0.5 ? 'in-low' : opacity < 0.68 ? 'in-middle' : 'in-high';
  return [fill, label(x + width / 2, y + height / 2 + size * 0.36, text, { anchor: 'middle', kind, size })];
}

interface Strength {
  /** How strong a cell of a share is, 0 to 1. */
  readonly of: (share: number) => number;
  readonly scale: Scale;
  readonly domain: readonly [number, number];
  readonly isLogarithmic: boolean;
}

/** Shares span orders of magnitude: where they do, equal steps of strength are equal factors. */
function strengthOf({ cells, isScored }: ModuleGrid): Strength {
  const shares = cells.flat().flatMap((cell) => (cell === undefined ? [] : [cell.share]));
  const positive = shares.filter((share) => share > 0);
  const [least, most] = spanOf(positive);
  if (!isScored || positive.length === 0) {
    return { of: () => 0, scale: linear([0, 1], [0, 1]), domain: [0, 1], isLogarithmic: false };
  }
  const isLogarithmic = most / least > wide;
  const low = isLogarithmic ? Math.max(least, most / 10 ** decades) : 0;
  const domain = [low, most] as const;
  const scale = (isLogarithmic ? logarithmic : linear)(domain, [0.06, 1], 5);
  const of = (share: number): number => (share <= 0 ? 0 : Math.max(0.06, scale(Math.max(share, low))));
  return { of, scale, domain, isLogarithmic };
}

function legend({ scale, isLogarithmic }: Strength, left: number, top: number): Markup[] {
  const [width, steps] = [220, 44];
  const place = (strength: number): number => left + ((strength - 0.06) / 0.94) * width;
  return [
    ...Array.from({ length: steps }, (_, at) =>
      element('rect', {
        ...{ x: left + (at * width) / steps, y: top, width: width / steps, height: 9, class: 'cell' },
        'fill-opacity': 0.06 + (0.94 * (at + 0.5)) / steps,
      }),
    ),
    element('rect', { x: left, y: top, width, height: 9, class: 'frame' }),
    ...scale.ticks.flatMap((tick) => [
      line(place(scale(tick)), top + 9, place(scale(tick)), top + 12, 'axis'),
      label(place(scale(tick)), top + 23, shareTick(tick), { anchor: 'middle', kind: 'tick' }),
    ]),
    label(left + width + 16, top + 9, `share of the score${isLogarithmic ? ', log scale' : ''}`, {
      kind: 'axis-title',
    }),
    element('rect', { x: left + width + 200, y: top - 3, width: 26, height: 15, class: 'planned' }),
    label(left + width + 233, top + 9, 'has an adapter', { kind: 'axis-title' }),
  ];
}

const shareTick = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

/** Shares of a logarithmic map keep their digits: "0.042 %". */
const fineShare = (share: number): string =>
  share > 0 && share < 0.001 ? shareTick(share) : formatShare(share);

/** The last parts of names, where they tell the modules apart. */
function shortNames(targets: readonly string[]): string[] {
  const last = targets.map((target) => target.split('.').at(-1) ?? target);
  return new Set(last).size === last.length ? last : [...targets];
}

function descriptionOf({ layers, targets, cells, isScored }: ModuleGrid): string {
  const all = cells.flatMap((row, target) =>
    row.flatMap((cell, layer) => (cell === undefined ? [] : [{ ...cell, layer, name: targets[target] }])),
  );
  const planned = all.filter(({ row }) => row !== undefined);
  const kept = [...new Set(planned.map(({ layer }) => layer))].sort((a, b) => a - b);
  const top = all.toSorted((a, b) => b.share - a.share).slice(0, 3);
  return [
    `A grid of ${layers} layers and ${targets.length} modules a layer.`,
    ...(isScored
      ? [
          `The largest shares of the score are ${top.map(({ name, layer, share }) => `${formatShare(share)} of ${name} in layer ${layer}`).join(', ')}.`,
        ]
      : []),
    ...(planned.length === 0
      ? []
      : [`${planned.length} modules in layers ${kept.join(', ')} have an adapter.`]),
  ].join(' ');
}

/** The rows of the map's table under their head: share of the score, and rank × experts where there is an adapter. */
export function mapCells({ layers, targets, cells, isScored }: ModuleGrid): string[][] {
  const words = (cell: GridCell | undefined): string => {
    if (cell === undefined) return '–';
    const row = cell.row === undefined ? '' : rowText(cell.row);
    return isScored ? [fineShare(cell.share), ...(row === '' ? [] : [`(${row})`])].join(' ') : row || '·';
  };
  return [
    ['layer', ...shortNames(targets)],
    ...Array.from({ length: layers }, (_, layer) => [
      String(layer),
      ...cells.map((row) => words(row[layer])),
    ]),
  ];
}
