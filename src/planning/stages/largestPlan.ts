import type { PlannedModule } from '../../shared/words';
import { keepLayers } from '../keepLayers';
import type { Candidate, Problem, Rows } from '../problem';
import { planOf, totalsOf, within } from '../totals';

/** Plans over some modules, from a full one down to the least, numbered by level. */
export interface Ladder {
  readonly full: number;
  readonly least: number;
  readonly at: (level: number) => Rows;
  /**
   * What each level and all above it surely have, where rounding may take from one module what a higher level gives another.
   * Absent where each level has all that those below have.
   */
  readonly sure?: (level: number) => Rows;
  /** Whether a level has as many experts as its number, or more. */
  readonly countsExperts?: boolean;
  /**
   * Whether a level of some layers' modules is that of all of them, less the others; then the highest one that keeps the other
   * limits is taken where it keeps that of layers too. `orderOf` must name layers as they come with rising levels.
   */
  readonly partsOfOne?: boolean;
}

/**
 * Rounds under a budget: the full plan over all candidates where it fits; else that with the most layers, then the highest
 * level, in which each of these layers has an adapter.
 *
 * Which plans there are, and which of two is better, no limit has a say in: limits only tell which fit. So raising one can only
 * lead to a plan that did not fit before, which takes more of what it limits: no total ever falls when its limit rises.
 *
 * @param ladderOf the plans over the modules of the layers that take part
 * @param orderOf layers, best first, for so many of them
 * @returns undefined where none fits
 */
export function bestWithin(
  problem: Problem,
  ladderOf: (kept: readonly Candidate[]) => Ladder,
  orderOf: (count: number) => readonly number[],
): Rows | undefined {
  const { candidates, limits, lockedLayers, layers } = problem;
  const measure = (rows: Rows) => totalsOf(problem, planOf(problem, rows));
  const whole = ladderOf(candidates);
  const anyLayers = { ...limits, layers: Infinity };
  const level = whole.partsOfOne
    ? largest(whole.least, whole.full, (one) => within(measure(whole.at(one)), anyLayers))
    : whole.full;
  if (level !== undefined && level > 0) {
    const rows = whole.at(level);
    if (within(measure(rows), limits)) return rows;
  }
  for (let count = layers; count >= 1; count--) {
    const kept = keepLayers(problem, orderOf(count), count);
    const covered = new Set([...lockedLayers, ...kept.map(({ module }) => module.layer)]).size;
    if (kept.length === 0 || covered > limits.layers) continue;
    const covers = (rows: Rows): boolean => measure(rows).layers === covered;
    const ladder = ladderOf(kept);
    if (ladder.full < ladder.least || !covers(ladder.at(ladder.full))) continue;
    const fits = (rows: Rows): boolean => within(measure(rows), limits);
    const { at, sure = at, least } = ladder;
    const highest = largest(least, ladder.full, (one) => fits(sure(one)));
    if (highest === undefined) continue;
    if (ladder.sure === undefined) {
      if (covers(at(highest))) return at(highest);
      continue;
    }
    const from = ladder.countsExperts ? Math.min(highest, limits.experts) : highest;
    for (let one = from; one >= least; one--) {
      const rows = at(one);
      if (covers(rows) && fits(rows)) return rows;
    }
  }
  return undefined;
}

/** The largest whole number up to which `holds`, by bisection. */
function largest(from: number, to: number, holds: (value: number) => boolean): number | undefined {
  if (from > to || !holds(from)) return undefined;
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** All layers, `count` evenly spaced ones first: for methods that go by no score. */
export function spread(layers: number, count: number): number[] {
  const first = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * layers) / count));
  const rest = Array.from({ length: layers }, (_, layer) => layer).filter((layer) => !first.includes(layer));
  return [...first, ...rest];
}

/** Rows of equal form for modules with so many experts; none for 0. */
export const rowsOf = (
  modules: readonly Candidate[],
  rowOf: (candidate: Candidate, place: number) => PlannedModule | undefined,
): Rows =>
  new Map(
    modules.flatMap((candidate, place) => {
      const row = rowOf(candidate, place);
      return row === undefined || row.experts === 0 || row.rank === 0
        ? []
        : [[candidate.module.path, row] as const];
    }),
  );
