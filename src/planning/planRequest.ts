import { LabError } from '../shared/errors';
import type { ScoreFile } from '../shared/scoreFile';
import {
  layerEstimators,
  type AllocationMethod,
  type Budget,
  type ExperimentMethod,
  type Module,
  type Plan,
} from '../shared/words';
import { allocate } from './allocate';
import type { MethodOptions } from './options';
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
  readonly floe?: Pick<MethodOptions, 'refine'>;
  readonly loraSmoe?: Pick<MethodOptions, 'quantile' | 'grouping' | 'statistic' | 'folds'>;
  readonly lily?: Pick<MethodOptions, 'strideA' | 'numB'>;
  readonly adalora?: { readonly initR: number };
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

/** The allocation that an experiment's method begins with. */
export const allocatorOf = (method: ExperimentMethod): AllocationMethod => allocators[method];

/** Methods that train several experts a module; all others train one adapter, whatever a plan says. */
const withExperts: readonly ExperimentMethod[] = ['floe', 'lora-smoe'];
export const trainsExperts = (method: ExperimentMethod): boolean => withExperts.includes(method);

/**
 * Allocates once with equal scores, so that what the model's headers can tell, a target that matches nothing, a budget too
 * small, is said before hours of scoring and not after. How a vote ends no header tells: for LoRA-SMoE it is asked whether there
 * is room for the least that a vote may leave, one adapter in the smallest module.
 *
 * @throws LabError as `allocate` does
 */
export function requireAllocatable(design: Design, modules: readonly Module[]): void {
  const request = requestOver(design, modules);
  if (request.method === 'lora-smoe') {
    const scores = modules.map(({ inFeatures, outFeatures }) => 1 / (inFeatures + outFeatures));
    allocate({ ...request, method: 'proportional', scores: [scores] });
  } else {
    allocate({ ...request, scores: [modules.map(() => 1)] });
  }
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
    ...measuredOf(scores),
  };
}

/** What score files hold beside the modules' scores; left out where not every one has it. */
function measuredOf(
  scores: readonly ScoreFile[],
): Pick<AllocationRequest, 'layerScores' | 'perSample' | 'gates' | 'components'> {
  const ofAll = <T>(read: (task: ScoreFile) => T | undefined): T[] | undefined => {
    const found = scores.map(read).filter((one) => one !== undefined);
    return found.length === scores.length ? found : undefined;
  };
  const components = ofAll(({ modules }) => everyOf(modules.map((module) => module.components)));
  return {
    layerScores: ofAll(({ estimator, layers }) =>
      layerEstimators.includes(estimator)
        ? [...layers].sort((a, b) => a.layer - b.layer).map(({ score }) => score)
        : undefined,
    ),
    perSample: ofAll(({ modules }) => {
      const rows = everyOf(modules.map(({ perSample }) => perSample));
      return rows?.[0]?.map((_, sample) => rows.map((row) => row[sample] ?? 0));
    }),
    gates: ofAll(({ gates }) => gates),
    // Several tasks: the mean of what their first, second, … components explain.
    components: components?.[0]?.map((own, module) =>
      own.map(
        (_, place) =>
          components.reduce((sum, task) => sum + (task[module]?.[place] ?? 0), 0) / components.length,
      ),
    ),
  };
}

const everyOf = <T>(values: readonly (T | undefined)[]): T[] | undefined => {
  const found = values.filter((value) => value !== undefined);
  return found.length === values.length ? found : undefined;
};

/** What an experiment asks for on a model, as far as no scores are needed. */
export function requestOver(design: Design, modules: readonly Module[]): Omit<AllocationRequest, 'scores'> {
  const { method, adapter, budget, plan, adalora } = design;
  const locked = Object.entries(plan?.modules ?? {}).filter(([, row]) => row.locked === true);
  return {
    method: allocators[method],
    modules,
    targets: adapter.targets,
    adapter: {
      rank: method === 'adalora' ? (adalora?.initR ?? adapter.rank) : adapter.rank,
      alpha: adapter.alpha,
      experts: trainsExperts(method) ? adapter.experts : 1,
    },
    budget,
    locked: Object.fromEntries(locked),
    options: optionsOf(design),
    form: adapterForm(method),
  };
}

function optionsOf({ floe, loraSmoe, lily }: Design): Partial<MethodOptions> {
  return {
    ...(floe && { refine: floe.refine }),
    ...(loraSmoe && {
      quantile: loraSmoe.quantile,
      grouping: loraSmoe.grouping,
      statistic: loraSmoe.statistic,
      folds: loraSmoe.folds,
    }),
    ...(lily && { strideA: lily.strideA, numB: lily.numB }),
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
