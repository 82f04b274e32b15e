import { formatCount, formatScore } from '../../src/shared/format';
import type { RunState } from '../../src/shared/runState';
import { adapterParameters, type GridCell } from './grid';
import { formatValue, type ScoreView } from './scores';

/** What a cell's tooltip says: module paths, then label and value lines. */
export interface CellDetails {
  readonly title: string;
  readonly lines: readonly (readonly [label: string, value: string])[];
}

/** Everything known about a cell's module. */
export function cellDetails(run: RunState, scores: ScoreView, cell: GridCell): CellDetails {
  const [place, ...others] = cell.modules;
  const module = place === undefined ? undefined : run.modules[place];
  if (place === undefined || !module) {
    return { title: `Layer ${cell.layer} has no ${cell.role} module.`, lines: [] };
  }
  const title =
    others.length === 0 ? module.path : `${module.path} and ${others.length} more, added together`;
  return {
    title,
    lines: [
      ['Score', scoreText(scores, cell)],
      ['Shape', `${formatCount(module.outFeatures)} × ${formatCount(module.inFeatures)}`],
      ...planLines(run, cell, place),
    ],
  };
}

function scoreText(scores: ScoreView, cell: GridCell): string {
  if (scores.values.length === 0) return 'not measured yet';
  const sum = (values: readonly number[]): number =>
    cell.modules.reduce((total, place) => total + (values[place] ?? 0), 0);
  const value = sum(scores.values);
  if (scores.unit === 'share') return `${formatValue('share', value)} of the total`;
  const error = scores.errors ? ` ± ${formatScore(sum(scores.errors))}` : '';
  const share =
    scores.moduleTotal > 0 ? ` (${formatValue('share', value / scores.moduleTotal)} of the total)` : '';
  return `${formatScore(value)}${error}${share}`;
}

function planLines(run: RunState, cell: GridCell, place: number): [string, string][] {
  if (run.plan === undefined) return [];
  const planned = run.plan.plan.modules[run.modules[place]?.path ?? ''];
  if (!planned || planned.experts === 0) return [['Plan', 'no adapter']];
  const parameters = cell.modules.reduce((sum, one) => sum + adapterParameters(run, one), 0);
  return [
    ['Rank', formatCount(planned.rank)],
    ['Alpha', formatScore(planned.alpha)],
    ['Experts', planned.experts === 1 ? '1 (plain LoRA)' : formatCount(planned.experts)],
    ['Adapter parameters', formatCount(parameters)],
    ...(planned.locked ? [['Locked', 'fixed by hand'] as [string, string]] : []),
  ];
}
