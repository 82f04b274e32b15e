import { formatCount, formatScore } from '../../../src/shared/format';
import type { GridView } from '../map/grid';
import { quantityTitles } from '../map/quantity';
import { formatValue } from '../scores';
import type { SharedUnit } from '../unit';
import type { PageView } from '../view';
import { counted, type CopyCell, type CopyTable } from './table';

/** The grid as it is shown: a row a layer, a column a role. */
export function gridCopy(view: PageView, grid: GridView): CopyTable {
  return {
    caption: `${gridTitle(view, grid)}${grid.unit.suffix}`,
    heads: ['Layer', ...grid.roles],
    rows: grid.rows.map((row, layer) => [
      counted(layer),
      ...row.map(({ value, text }): CopyCell => ({ value, text })),
    ]),
  };
}

/** What the grid shows, without its unit: "Rank of each module". */
export function gridTitle({ scores }: PageView, { quantity }: GridView): string {
  if (quantity !== 'score') return `${quantityTitles[quantity]} of each module`;
  if (scores.unit === 'share') return 'Share of the total score of each module, all tasks together';
  return `Score of each module${scores.task === undefined ? '' : `, task ${scores.task}`}`;
}

/** The chart's numbers, a row a layer, with every bound of the scores that is known. */
export const layersCopy = (view: Pick<PageView, 'layers' | 'scores'>): CopyTable =>
  layersNumbers(view, {
    unit: { text: formatScore, suffix: '' },
    error: 'SE',
    bounds: view.layers.some((row) => row.interval !== undefined),
  });

/** How a table of layers has its scores: in which unit, under which heads, with or without their bounds. */
export interface LayersLook {
  readonly unit: SharedUnit;
  readonly error: string;
  readonly bounds: boolean;
}

/** The chart's numbers, a row a layer: what is measured, and what the plan makes of it where there is one. */
export function layersNumbers(
  { layers, scores }: Pick<PageView, 'layers' | 'scores'>,
  { unit, error, bounds }: LayersLook,
): CopyTable {
  const planned = layers.some((row) => row.kept !== undefined);
  const raw = scores.unit === 'score';
  const [low, high] = scores.layerIntervals
    ? (['95 % low', '95 % high'] as const)
    : (['Score − 1 SE', 'Score + 1 SE'] as const);
  const score = (value: number | undefined): CopyCell => ({
    value,
    text: value === undefined ? '–' : unit.text(value),
  });
  const whole = (value: number): CopyCell => ({ value, text: formatCount(value) });
  return {
    caption: layersTitle(scores),
    heads: [
      'Layer',
      ...(raw ? [`Score${unit.suffix}`, error] : []),
      ...(raw && bounds ? [low, high] : []),
      'Share',
      ...(planned ? ['Kept', 'Adapted modules', 'Experts'] : []),
    ],
    rows: layers.map((row) => [
      counted(row.layer),
      ...(raw ? [score(row.value), score(row.error)] : []),
      ...(raw && bounds ? [score(row.interval?.[0]), score(row.interval?.[1])] : []),
      { value: row.share, text: formatValue('share', row.share) },
      ...(planned
        ? [
            { value: row.kept ? 1 : 0, text: row.kept ? 'kept' : '–' },
            whole(row.adaptedModules),
            whole(row.experts),
          ]
        : []),
    ]),
  };
}

/** What the chart shows. */
export const layersTitle = ({ task, unit }: PageView['scores']): string =>
  unit === 'share'
    ? 'Share of the total score of each layer, all tasks together'
    : `Score of each layer${task === undefined ? '' : `, task ${task}`}`;
