import { scaledAlpha } from '../../shared/alpha';
import type { UniformControl } from '../../shared/draft';
import { LabError } from '../../shared/errors';
import type { Plan } from '../../shared/words';
import { allocate } from '../allocate';
import { isTarget } from '../checkRequest';
import { moduleParameters } from '../parameters';
import { planTotals } from '../totals';
import { emptyPlan, formOf, type DraftFrame } from './frame';
import { allocationRequest } from './reallocate';

export interface ControlPlan extends UniformControl {
  readonly plan: Plan;
}

/**
 * The uniform plan of the same size, which a design has to beat: every target module alike, with no more parameters than the
 * design and as many as fit. It has the design's experts where these fit at its rank, else fewer, and then the largest rank; else a
 * smaller one. Where not even rank 1 in every target fits, it leaves out layers, evenly.
 *
 * @param parameters of the design
 * @returns undefined where not one adapter fits
 */
export function uniformControl(frame: DraftFrame, parameters: number): ControlPlan | undefined {
  const { modules } = frame;
  const form = formOf(frame);
  // Plain LoRA: the control of a plan that shares tensors shares none. It goes by no scores.
  const request = allocationRequest({ ...frame, scores: [] }, emptyPlan, 'uniform', { parameters });
  const rows = modules.filter(({ path }) => isTarget(path, request.targets));
  const most = Math.min(...rows.map(({ inFeatures, outFeatures }) => Math.min(inFeatures, outFeatures)));
  const { rank: usual, experts } = request.adapter;
  const alike = (rank: number, each: number): Plan => ({
    modules: Object.fromEntries(
      rows.map(({ path }) => [path, { rank, alpha: scaledAlpha(request.adapter, rank), experts: each }]),
    ),
    shared: [],
  });
  const measured = (plan: Plan, rank: number): ControlPlan => {
    const totals = planTotals(plan, modules, form);
    return { plan, rank, modules: totals.modules, parameters: totals.parameters };
  };
  // Without making the plan: it is asked for many ranks, of hundreds of rows, with every change.
  const fits = (rank: number, each: number): boolean =>
    rows.reduce((sum, size) => sum + moduleParameters(size, { rank, experts: each }, form), 0) <= parameters;
  if (rows.length === 0) return undefined;
  for (let each = experts; each >= 1; each--) {
    if (!fits(usual, each)) continue;
    const rank = largest(usual, most, (one) => fits(one, each));
    return measured(alike(rank, each), rank);
  }
  if (fits(1, 1)) {
    const rank = largest(1, usual, (one) => fits(one, 1));
    return measured(alike(rank, 1), rank);
  }
  const fewer = { ...request, adapter: { rank: 1, alpha: scaledAlpha(request.adapter, 1), experts: 1 } };
  try {
    return measured(allocate(fewer).plan, 1);
  } catch (thrown) {
    // Not one layer of rank 1 is as small as the design, or the experiment names a target that the model has not.
    if (thrown instanceof LabError) return undefined;
    throw thrown;
  }
}

/** The largest number up to which `holds`, which holds for `from`. */
function largest(from: number, to: number, holds: (value: number) => boolean): number {
  let [low, high] = [from, Math.max(from, to)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
