import { shareOut } from '../../shared/shareOut';
import { moduleParameters } from '../parameters';
import type { Candidate, Problem, Rows } from '../problem';
import { joinGates } from '../stages/gates';
import { searchMask } from '../stages/mask';
import { refineMask } from '../stages/refineMask';
import { rowsOf } from '../stages/largestPlan';
import { planOf, totalsOf, within } from '../totals';
import type { Method } from './method';

/**
 * FLoE (arXiv 2506.00495): a mask of the layers of least loss increase within the budget, to second order in the mask. Each
 * kept layer has `adapter.experts` for each of its target modules; within the layer they are shared out by the modules' scores,
 * at least 1 and at most twice the mean (FLoE gives all the same number; sharing is LoRA-SMoE's idea). So a layer's cost is its
 * own, whatever else is kept.
 *
 * Where not even one layer fits, the best one gets fewer experts. Where there are gates, the mask is refined.
 */
export const floe: Method = {
  needsScores: true,
  round: (problem) => {
    const units = unitsOf(problem);
    const kept = units.length === 0 ? [] : maskOf(problem, units);
    if (kept.length > 0 || units.length === 0)
      return merged(kept.map(({ layer, full }) => rowsAt(problem, layer, full)));
    const best = [...units].sort((a, b) => b.score - a.score || a.layer - b.layer);
    for (const { layer, modules, full } of best) {
      for (let total = full - 1; total >= leastEach(problem) * modules.length; total--) {
        const rows = rowsAt(problem, layer, total);
        if (within(totalsOf(problem, planOf(problem, rows)), problem.limits)) return rows;
      }
    }
    return undefined;
  },
};

/** A layer that can be kept or masked. */
interface Unit {
  readonly layer: number;
  readonly score: number;
  readonly modules: readonly Candidate[];
  /** Experts of all its modules. */
  readonly full: number;
  /** What it takes of layers, experts and parameters. */
  readonly weights: readonly [layers: number, experts: number, parameters: number];
}

function unitsOf(problem: Problem): Unit[] {
  const { adapter, candidates, form, layerScores, lockedLayers, options } = problem;
  const each = Math.max(leastEach(problem), Math.min(adapter.experts, options.maxExperts));
  return [...new Set(candidates.map(({ module }) => module.layer))].map((layer) => {
    const modules = candidates.filter(({ module }) => module.layer === layer);
    const full = each * modules.length;
    const rows = rowsAt(problem, layer, full);
    const parameters = modules.reduce((sum, { module }) => {
      const row = rows.get(module.path);
      return sum + (row === undefined ? 0 : moduleParameters(module, row, form));
    }, 0);
    const own = lockedLayers.has(layer) ? 0 : 1;
    return { layer, score: layerScores[layer] ?? 0, modules, full, weights: [own, full, parameters] };
  });
}

const leastEach = ({ options }: Problem): number => Math.max(1, options.minExperts);

/** A layer's experts, shared out by the scores of its modules. */
function rowsAt(problem: Problem, layer: number, total: number): Rows {
  const { adapter, options } = problem;
  const modules = problem.candidates.filter(({ module }) => module.layer === layer);
  const max = Math.max(leastEach(problem), Math.min(2 * adapter.experts, options.maxExperts));
  const weights = modules.map(({ score }) => score);
  const experts = shareOut(total, weights, { min: leastEach(problem), max });
  return rowsOf(modules, (_, place) => ({
    rank: adapter.rank,
    alpha: adapter.alpha,
    experts: experts[place] ?? 0,
  }));
}

const merged = (rows: readonly Rows[]): Rows => new Map(rows.flatMap((some) => [...some]));

/** The layers that stay on: those of the largest scores that fit, improved over the gates where there are any. */
function maskOf(problem: Problem, units: readonly Unit[]): Unit[] {
  const { limits, options, request } = problem;
  const used = totalsOf(problem, planOf(problem, new Map()));
  const room = [
    limits.layers - used.layers,
    limits.experts - used.experts,
    limits.parameters - used.parameters,
  ];
  if (room.some((left) => left < 0)) return [];
  const scores = units.map(({ score }) => score);
  const weights = units.map((unit) => unit.weights);
  const kept = new Set(searchMask(scores, weights, room).map((place) => units[place]));
  if (!options.refine || !request.gates?.length) return units.filter((unit) => kept.has(unit));
  const byLayer = new Map(units.map((unit) => [unit.layer, unit]));
  const off = units.filter((unit) => !kept.has(unit)).map(({ layer }) => layer);
  const masked = refineMask(joinGates(request.gates), off, (layer) => {
    const unit = byLayer.get(layer);
    // A locked layer is on anyway.
    return unit === undefined || problem.lockedLayers.has(layer) ? undefined : unit.weights.join();
  });
  return units.filter(({ layer }) => !masked.includes(layer));
}
