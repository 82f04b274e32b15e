import { formatCount, formatShare } from '../../../src/shared/format';
import type { ComparedPlan, Comparison } from '../../../src/shared/comparison';
import { rowWords, type CellDetails } from '../map/cellDetails';
import type { GridCell, GridView } from '../map/grid';
import { gridCaption } from '../map/gridCaption';
import { quantityTitles } from '../map/quantity';
import { sourceOf } from './grids';
import type { ShownGrid } from './choices';

export const sideTitles: Readonly<Record<ShownGrid, string>> = {
  left: 'Left',
  right: 'Right',
  difference: 'Difference',
};

/** What the cells say, and why one of the plans says less than the other, in sentences. */
export function compareCaption(comparison: Comparison, grid: GridView, shown: ShownGrid): string {
  const { left, right } = comparison;
  const isOneSided = (left.scores === undefined) !== (right.scores === undefined);
  const alone = isOneSided ? ` Only the ${left.scores ? 'left' : 'right'} one has scores.` : '';
  if (shown !== 'difference') {
    const { scores } = sourceOf(comparison, comparison[shown]);
    return `${sideTitles[shown]}: ${gridCaption({ scores }, grid)}${alone}`;
  }
  return `${whatOf(grid)} on the right less on the left${grid.unit.suffix}: + is more on the right, − less.${alone}`;
}

const whatOf = ({ quantity }: GridView): string =>
  quantity === 'score' ? 'Share of the total score' : quantityTitles[quantity];

/** What a copy or a picture of the grid is called. */
export function compareTitle({ left, right }: Comparison, grid: GridView, shown: ShownGrid): string {
  const whose = shown === 'difference' ? `${right.title} less ${left.title}` : { left, right }[shown].title;
  return `${whatOf(grid)} of each module${grid.unit.suffix}, ${whose}`;
}

/** Everything that both plans say of a cell's modules. */
export function compareDetails({ left, right, modules }: Comparison, cell: GridCell): CellDetails {
  const [place, ...others] = cell.modules;
  const module = place === undefined ? undefined : modules[place];
  if (place === undefined || !module) {
    return { title: `Layer ${cell.layer} has no ${cell.role} module.`, lines: [] };
  }
  const more = others.length === 0 ? '' : ` and ${others.length} more, of which this is the first`;
  return {
    title: `${module.path}${more}`,
    lines: [
      ['Left', planned(left, module.path)],
      ['Right', planned(right, module.path)],
      ...scoreLine(left, right, cell),
      ['Shape', `${formatCount(module.outFeatures)} × ${formatCount(module.inFeatures)}`],
    ],
  };
}

function scoreLine(left: ComparedPlan, right: ComparedPlan, cell: GridCell): [string, string][] {
  const share = ({ scores }: ComparedPlan): string | undefined =>
    scores && formatShare(cell.modules.reduce((sum, place) => sum + (scores[place] ?? 0), 0));
  const words = [
    ...(left.scores ? [`${share(left)} left`] : []),
    ...(right.scores ? [`${share(right)} right`] : []),
  ];
  return words.length === 0 ? [] : [['Share of the score', words.join(', ')]];
}

function planned({ plan }: ComparedPlan, path: string): string {
  const row = plan.modules[path];
  return row && row.experts > 0 ? rowWords(row) : 'no adapter';
}
