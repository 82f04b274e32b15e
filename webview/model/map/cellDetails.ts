import { formatCount, formatScore } from '../../../src/shared/format';
import type { RunState } from '../../../src/shared/runState';
import type { PlannedModule } from '../../../src/shared/words';
import { formatValue, type ScoreView } from '../scores';
import { hasPlan } from '../view';
import { adapterParameters, cellValue, plannedAt, type GridSource } from './cellValue';
import type { GridCell } from './grid';

/** What a cell's tooltip says: module paths, then label and value lines. */
export interface CellDetails {
  readonly title: string;
  readonly lines: readonly (readonly [label: string, value: string])[];
}

export type DetailsSource = GridSource & { readonly run: Pick<RunState, 'tasks'> };

/** Everything known about a cell's module; of several what they have, together or each. */
export function cellDetails(source: DetailsSource, cell: GridCell): CellDetails {
  const [place, ...others] = cell.modules;
  const module = place === undefined ? undefined : source.run.modules[place];
  if (place === undefined || !module) {
    return { title: `Layer ${cell.layer} has no ${cell.role} module.`, lines: [] };
  }
  const title =
    others.length === 0 ? module.path : `${module.path} and ${others.length} more, added together`;
  const norm = cellValue(source, 'norm', cell.modules);
  return {
    title,
    lines: [
      ...scoreLines(source, cell),
      ['Shape', shapesOf(source, cell)],
      ...planLines(source, cell),
      ...(norm === undefined ? [] : [['Norm ‖BA‖', formatScore(norm)] as const]),
    ],
  };
}

/** A page of a plan or an adapter has no scores to wait for. */
function scoreLines({ run, scores }: DetailsSource, cell: GridCell): [string, string][] {
  if (scores.values.length > 0) return [['Score', scoreText(scores, cell)]];
  return run.tasks.length > 0 ? [['Score', 'not measured yet']] : [];
}

function scoreText(scores: ScoreView, cell: GridCell): string {
  const sum = (values: readonly number[]): number =>
    cell.modules.reduce((total, place) => total + (values[place] ?? 0), 0);
  const value = sum(scores.values);
  if (scores.unit === 'share') return `${formatValue('share', value)} of the total`;
  const error = scores.errors ? ` ± ${formatScore(sum(scores.errors))}` : '';
  const share =
    scores.moduleTotal > 0 ? ` (${formatValue('share', value / scores.moduleTotal)} of the total)` : '';
  return `${formatScore(value)}${error}${share}`;
}

const shapesOf = ({ run }: GridSource, cell: GridCell): string =>
  distinct(
    cell.modules.flatMap((place) => {
      const module = run.modules[place];
      return module ? [`${formatCount(module.outFeatures)} × ${formatCount(module.inFeatures)}`] : [];
    }),
  );

function planLines({ run, planOfRun }: GridSource, cell: GridCell): [string, string][] {
  if (!hasPlan({ run, planOfRun })) return [];
  const rows = cell.modules.map((place) => plannedAt(run, place)).filter((row) => row !== undefined);
  const adapted = rows.filter(({ experts }) => experts > 0);
  const marks = [...(cell.changed ? [beforeLine({ run, planOfRun }, cell)] : []), ...lockLines(cell, rows)];
  if (adapted.length === 0) return [['Plan', 'no adapter'], ...marks];
  const parameters = cell.modules.reduce((sum, one) => sum + adapterParameters(run, one), 0);
  return [
    ...(adapted.length === cell.modules.length
      ? []
      : [['Plan', `adapters on ${adapted.length} of ${cell.modules.length}`] as [string, string]]),
    ['Rank', span(adapted.map(({ rank }) => rank))],
    [
      'Alpha',
      span(
        adapted.map(({ alpha }) => alpha),
        formatScore,
      ),
    ],
    ['Experts', expertsOf(adapted, cell)],
    ['Adapter parameters', formatCount(parameters)],
    ...marks,
  ];
}

function expertsOf(adapted: readonly PlannedModule[], cell: GridCell): string {
  const experts = span(adapted.map((row) => row.experts));
  if (experts === '1') return cell.modules.length === 1 ? '1 (plain LoRA)' : '1 each (plain LoRA)';
  return cell.modules.length === 1 ? experts : `${experts} each`;
}

function beforeLine(
  { run, planOfRun }: Pick<GridSource, 'run' | 'planOfRun'>,
  cell: GridCell,
): [string, string] {
  const before = cell.modules.map((place) => planOfRun?.modules[run.modules[place]?.path ?? '']);
  return ['Run’s plan', distinct(before.map((row) => (row?.experts ? rowWords(row) : 'no adapter')))];
}

function lockLines(cell: GridCell, rows: readonly PlannedModule[]): [string, string][] {
  const locked = rows.filter((row) => row.locked === true).length;
  if (locked === 0) return [];
  const some = cell.locked ? '' : `${locked} of ${cell.modules.length}: `;
  return [['Locked', `${some}allocators leave ${locked === 1 ? 'it' : 'them'} alone`]];
}

/** "8", or "4 to 16" where not all are the same. */
function span(values: readonly number[], text: (value: number) => string = formatCount): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? text(least) : `${text(least)} to ${text(most)}`;
}

/** The different ones of some texts; those beyond three are counted. */
function distinct(texts: readonly string[]): string {
  const all = [...new Set(texts)];
  const more = all.length > 3 ? ` and ${all.length - 3} more` : '';
  return `${all.slice(0, 3).join('; ')}${more}`;
}

/** "rank 8, alpha 16, 4 experts" */
export const rowWords = ({ rank, alpha, experts }: PlannedModule): string =>
  `rank ${rank}, alpha ${formatScore(alpha)}, ${experts === 1 ? '1 expert' : `${experts} experts`}`;
