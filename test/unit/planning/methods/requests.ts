import type { AllocationRequest } from '../../../../src/planning/problem';
import type { PlanFile } from '../../../../src/shared/planFile';
import { syntheticModel } from '../syntheticModel';

/** A request over a model of eight layers with three modules each, whose scores all differ. */
export function request(
  method: AllocationRequest['method'],
  change: Partial<AllocationRequest> = {},
): AllocationRequest {
  const modules = change.modules ?? syntheticModel(8);
  return {
    method,
    modules,
    scores: [modules.map(({ layer }, index) => 1 + ((layer * 5) % 8) + index / 100)],
    targets: ['q_proj', 'v_proj', 'down_proj'],
    adapter: { rank: 8, alpha: 16, experts: 4 },
    budget: {},
    ...change,
  };
}

export const layersOf = ({ plan }: PlanFile): number[] => [
  ...new Set(Object.keys(plan.modules).map((path) => Number(path.split('.')[2]))),
];

/** The column of a plan's rows, in the order of the modules. */
export const columnOf = ({ plan }: PlanFile, name: 'rank' | 'alpha' | 'experts'): number[] =>
  Object.values(plan.modules).map((row) => row[name]);
