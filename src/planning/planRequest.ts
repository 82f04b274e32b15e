import { LabError } from '../shared/errors';
import { allocate, availableMethods } from './allocate';
import type { ScoreFile } from '../shared/scoreFile';
import {
  experimentMethods,
  type AllocationMethod,
  type Budget,
  type ExperimentMethod,
  type Module,
  type Plan,
} from '../shared/words';
import { adapterForm } from './parameters';
import type { AllocationRequest } from './problem';

/** What of an experiment decides its plan. */
export interface Design {
  readonly method: ExperimentMethod;
  readonly adapter: {
    readonly targets: readonly string[];
    readonly rank: number;
    readonly alpha: number;
    readonly experts: number;
  };
  readonly budget: Budget;
  /** The plan that stands in the file; its locked rows are kept. */
  readonly plan: Plan | undefined;
}

/** How each method's plan is made; those that move capacity while training start from the uniform one. */
const allocators: Readonly<Record<ExperimentMethod, AllocationMethod>> = {
  lora: 'uniform',
  floe: 'floe',
  'lora-smoe': 'lora-smoe',
  lily: 'lily',
  'dynamic-lora': 'uniform',
  adalora: 'uniform',
};

const withExperts: readonly ExperimentMethod[] = ['floe', 'lora-smoe'];

/**
 * Allocates once with equal scores, so that what the model's headers can tell, a target that matches nothing, a budget too
 * small, a method that is not built, is said before hours of scoring and not after.
 *
 * @throws LabError as `allocate` does
 */
export function requireAllocatable(design: Design, modules: readonly Module[]): void {
  const scores = [modules.map(() => 1)];
  allocate({ ...requestOver(design, modules), scores });
}

/** The allocation that an experiment asks for, over all modules of the scored model. */
export function planRequest(design: Design, scores: readonly ScoreFile[]): AllocationRequest {
  const [first] = scores;
  if (first === undefined) {
    throw new LabError('scores-invalid', 'There are no scores to allocate by.', 'Score the layers first.');
  }
  const modules: Module[] = first.modules.map(({ path, layer, role, inFeatures, outFeatures }) => ({
    path,
    layer,
    role,
    inFeatures,
    outFeatures,
  }));
  requireSameModules(scores, modules);
  return {
    ...requestOver(design, modules),
    scores: scores.map((task) => task.modules.map(({ score }) => score)),
  };
}

function requestOver(design: Design, modules: readonly Module[]): Omit<AllocationRequest, 'scores'> {
  const { method, adapter, budget, plan } = design;
  requireMethod(method);
  const locked = Object.entries(plan?.modules ?? {}).filter(([, row]) => row.locked === true);
  return {
    method: allocators[method],
    modules,
    targets: adapter.targets,
    adapter: {
      rank: adapter.rank,
      alpha: adapter.alpha,
      experts: withExperts.includes(method) ? adapter.experts : 1,
    },
    budget,
    locked: Object.fromEntries(locked),
    form: adapterForm(method),
  };
}

function requireSameModules(scores: readonly ScoreFile[], modules: readonly Module[]): void {
  for (const task of scores) {
    const same =
      task.modules.length === modules.length &&
      task.modules.every(({ path }, index) => path === modules[index]?.path);
    if (same) continue;
    throw new LabError(
      'scores-invalid',
      `The scores of task '${task.task}' are of other modules than those of '${scores[0]?.task}'.`,
      'Score every task on the same model.',
    );
  }
}

/** Named as the file names them: the allocators have names of their own. */
function requireMethod(method: ExperimentMethod): void {
  if (availableMethods.includes(allocators[method])) return;
  const built = experimentMethods.filter((name) => availableMethods.includes(allocators[name]));
  throw new LabError(
    'method-unavailable',
    `The method "${method}" is not built yet.`,
    `Use one of: ${built.join(', ')}.`,
  );
}
