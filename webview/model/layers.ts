import { sumByLayer } from '../../src/shared/combineScores';
import type { RunState } from '../../src/shared/runState';
import { rangesOf } from './ranges';
import type { ScoreView } from './scores';

/** One layer: a bar of the chart and a line of its table. */
export interface LayerRow {
  readonly layer: number;
  readonly value: number;
  /** One standard error of `value`; undefined for shares. */
  readonly error: number | undefined;
  /** Where `value` likely lies: its 95 % bootstrap interval where there is one, else one standard error to each side. */
  readonly interval: readonly [low: number, high: number] | undefined;
  /** Part of the sum over layers, 0 to 1. */
  readonly share: number;
  /** Undefined until there is a plan. */
  readonly kept: boolean | undefined;
  readonly adaptedModules: number;
  readonly experts: number;
}

/** The layers in order, one row each. */
export function layerRows(run: Planned & Pick<RunState, 'modules' | 'model'>, scores: ScoreView): LayerRow[] {
  const layerOf = run.modules.map((module) => module.layer);
  const values = scores.layerValues;
  const adapted = sumByLayer(
    layerOf,
    run.modules.map((module) => (expertsOf(run, module.path) > 0 ? 1 : 0)),
  );
  const experts = sumByLayer(
    layerOf,
    run.modules.map((module) => expertsOf(run, module.path)),
  );
  const count = Math.max(run.model?.layers ?? 0, values.length);
  return Array.from({ length: count }, (_, layer) => ({
    layer,
    value: values[layer] ?? 0,
    error: scores.layerErrors?.[layer],
    interval: intervalOf(scores, layer),
    share: scores.total > 0 ? (values[layer] ?? 0) / scores.total : 0,
    kept: run.plan === undefined ? undefined : (adapted[layer] ?? 0) > 0,
    adaptedModules: adapted[layer] ?? 0,
    experts: experts[layer] ?? 0,
  }));
}

function intervalOf(scores: ScoreView, layer: number): LayerRow['interval'] {
  if (scores.layerIntervals) return scores.layerIntervals[layer];
  const error = scores.layerErrors?.[layer];
  const value = scores.layerValues[layer] ?? 0;
  return error === undefined ? undefined : [Math.max(0, value - error), value + error];
}

/** Layers that the plan gives adapters to, as short ranges: "2, 5–7". */
export const keptLayersText = (rows: readonly LayerRow[]): string =>
  rangesOf(rows.filter((row) => row.kept).map((row) => row.layer));

type Planned = Pick<RunState, 'plan'>;

const expertsOf = (run: Planned, path: string): number => run.plan?.plan.modules[path]?.experts ?? 0;
