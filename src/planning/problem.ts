import { combineTasks, sumByLayer } from '../shared/combineScores';
import type { AllocationMethod, Budget, Module, Plan, PlannedModule, SharedTensor } from '../shared/words';
import { budgetLimits, type Limits } from './budget';
import { checkLocked, checkOptions, checkScores, matchTargets, requireLayers } from './checkRequest';
import { defaultOptions, type MethodOptions } from './options';
import { adapterForm, type AdapterForm } from './parameters';
import { gateScores } from './stages/gates';
import { largestOf } from '../shared/largestOf';

/** What an allocation is asked for. */
export interface AllocationRequest {
  readonly method: AllocationMethod;
  /** All modules of the model. */
  readonly modules: readonly Module[];
  /** One array a task, in the order of `modules`; methods without scores take none. */
  readonly scores: readonly (readonly number[])[];
  /** One array a task, index = layer, where the estimator scores layers by itself; else sums over modules. */
  readonly layerScores?: readonly (readonly number[])[] | undefined;
  /** [task][sample][module]: the scores that `scores` are means of. */
  readonly perSample?: readonly (readonly (readonly number[])[])[] | undefined;
  /** [task][sample][layer]: gradients of the loss in the layers' gates (FLoE), of either sign. */
  readonly gates?: readonly (readonly (readonly number[])[])[] | undefined;
  /** [module][component]: shares of the variance of a module's inputs, falling (EVA). */
  readonly components?: readonly (readonly number[])[] | undefined;
  /** Ends of module paths (`q_proj`, `mlp.down_proj`) or whole paths, as in PEFT's `target_modules`. */
  readonly targets: readonly string[];
  readonly adapter: { readonly rank: number; readonly alpha: number; readonly experts: number };
  readonly budget: Budget;
  /** Rows fixed by hand, by module path. */
  readonly locked?: Readonly<Record<string, PlannedModule>> | undefined;
  readonly options?: Partial<MethodOptions> | undefined;
  /** What experts cost; by default the form that the method trains. */
  readonly form?: AdapterForm | undefined;
}

/** A module with its numbers. */
export interface Candidate {
  readonly module: Module;
  /** Its place in the request's arrays. */
  readonly index: number;
  /** Share of the model's whole score. */
  readonly score: number;
}

/** What a method gives each module: rank, alpha and experts, by path. Modules left out have no adapter. */
export type Rows = ReadonlyMap<string, PlannedModule>;

/** Which tensors the rows of a plan share. */
export type Sharing = (problem: Problem, rows: Plan['modules']) => SharedTensor[];

/** A checked request, in the form that the methods work on. */
export interface Problem {
  readonly request: AllocationRequest;
  readonly options: MethodOptions;
  readonly adapter: AllocationRequest['adapter'];
  /** Modules of the targets, locked or not, by layer and path: whatever order they came in, ties fall alike. */
  readonly targeted: readonly Candidate[];
  /** Those that the allocator may decide on. */
  readonly candidates: readonly Candidate[];
  /** Number of the model's layers. */
  readonly layers: number;
  /** Index = layer; 0 everywhere where there are no scores. */
  readonly layerScores: readonly number[];
  /** Whether modules and layers have any score above 0. */
  readonly scored: boolean;
  /** What the whole plan may use, locked rows included. */
  readonly limits: Limits;
  readonly locked: Readonly<Record<string, PlannedModule>>;
  /** Layers that have an adapter by locked rows. */
  readonly lockedLayers: ReadonlySet<number>;
  readonly form: AdapterForm;
  readonly sharing: Sharing;
}

/**
 * @throws LabError `option-invalid` for a target or locked path that the model does not have, `scores-invalid` for scores
 *   that do not fit the modules
 */
export function stateProblem(request: AllocationRequest, sharing: Sharing): Problem {
  const { modules, adapter, budget, scores, gates } = request;
  const layers = 1 + Math.max(-1, largestOf(modules.map(({ layer }) => layer)));
  const options = { ...defaultOptions, ...request.options };
  const locked = request.locked ?? {};
  requireLayers(budget, layers);
  checkOptions(options);
  checkScores(request, layers);
  checkLocked(locked, modules);
  const combined = combineTasks(scores);
  const ofLayers = request.layerScores?.length ? request.layerScores : gates?.map(gateScores);
  const layerScores = ofLayers?.length
    ? combineTasks(ofLayers)
    : sumByLayer(
        modules.map(({ layer }) => layer),
        combined,
      );
  const matched = matchTargets(modules, request.targets);
  const targeted = modules
    .map((module, index) => ({ module, index, score: combined[index] ?? 0 }))
    .filter(({ module }) => matched.has(module.path))
    .sort((a, b) => byLayerAndPath(a.module, b.module));
  return {
    request,
    options,
    adapter,
    targeted,
    candidates: targeted.filter(({ module }) => !Object.hasOwn(locked, module.path)),
    layers,
    layerScores,
    scored: combined.some((score) => score > 0) && layerScores.some((score) => score > 0),
    limits: budgetLimits(budget, layers),
    locked,
    lockedLayers: new Set(
      modules.filter(({ path }) => (locked[path]?.experts ?? 0) > 0).map(({ layer }) => layer),
    ),
    form: request.form ?? adapterForm(request.method),
    sharing,
  };
}

export const byLayerAndPath = (a: Module, b: Module): number =>
  a.layer - b.layer || (a.path < b.path ? -1 : 1);
