import { combineTasks, sumByLayer } from '../shared/combineScores';
import { LabError } from '../shared/errors';
import type { AllocationMethod, Budget, Module, PlannedModule } from '../shared/words';
import { budgetLimits, type Limits } from './budget';
import { adapterForm, moduleParameters, type AdapterForm } from './parameters';

/** What an allocation is asked for. */
export interface AllocationRequest {
  readonly method: AllocationMethod;
  /** All modules of the model. */
  readonly modules: readonly Module[];
  /** One array a task, in the order of `modules`; methods without scores take none. */
  readonly scores: readonly (readonly number[])[];
  /** One array a task, index = layer, where the estimator scores layers by itself; else sums over modules. */
  readonly layerScores?: readonly (readonly number[])[] | undefined;
  /** Ends of module paths (`q_proj`, `mlp.down_proj`) or whole paths, as in PEFT's `target_modules`. */
  readonly targets: readonly string[];
  readonly adapter: { readonly rank: number; readonly alpha: number; readonly experts: number };
  readonly budget: Budget;
  /** Rows fixed by hand, by module path. */
  readonly locked?: Readonly<Record<string, PlannedModule>> | undefined;
  /** What experts cost; by default the form that the method trains. */
  readonly form?: AdapterForm | undefined;
}

export interface Candidate {
  readonly module: Module;
  /** Share of the model's whole score. */
  readonly score: number;
}

/** A checked request, in the form that the methods work on. */
export interface Problem {
  /** Target modules that the allocator may decide on. */
  readonly candidates: readonly Candidate[];
  /** Index = layer; 0 everywhere where there are no scores. */
  readonly layerScores: readonly number[];
  readonly scored: boolean;
  readonly experts: number;
  /** What the whole plan may use, locked rows included. */
  readonly limits: Limits;
  readonly locked: {
    readonly layers: ReadonlySet<number>;
    readonly experts: number;
    readonly parameters: number;
  };
  readonly cost: (module: Module, experts: number) => number;
}

/** Experts by module path; modules without any are left out. */
export type Shares = ReadonlyMap<string, number>;

/**
 * @throws LabError `option-invalid` for a target or locked path that the model does not have, `scores-invalid` for scores
 *   that do not fit the modules, `budget-too-small` where the locked rows alone exceed the budget
 */
export function stateProblem(request: AllocationRequest): Problem {
  const { modules, adapter } = request;
  const layers = 1 + Math.max(-1, ...modules.map(({ layer }) => layer));
  const form = request.form ?? adapterForm(request.method);
  requireLayers(request.budget, layers);
  const limits = budgetLimits(request.budget, layers);
  checkScores(request.scores, modules);
  const combined = combineTasks(request.scores);
  const layerScores = request.layerScores?.length
    ? combineTasks(request.layerScores)
    : sumByLayer(
        modules.map(({ layer }) => layer),
        combined,
      );
  const fixed = request.locked ?? {};
  const targeted = matchTargets(modules, request.targets);
  const candidates = modules
    .map((module, index) => ({ module, score: combined[index] ?? 0 }))
    .filter(({ module }) => targeted.has(module.path) && !Object.hasOwn(fixed, module.path));
  return {
    candidates,
    layerScores,
    scored: combined.some((score) => score > 0),
    experts: adapter.experts,
    limits,
    locked: countLocked(fixed, modules, form, limits),
    cost: (module, experts) => moduleParameters(module, { rank: adapter.rank, experts }, form),
  };
}

/** `layers: 25` where `25%` was meant would keep every layer in silence. */
function requireLayers({ layers }: Budget, count: number): void {
  if (!layers || !('count' in layers) || layers.count <= count) return;
  throw new LabError(
    'option-invalid',
    `The budget allows ${layers.count} layers, but the model has ${count}.`,
    `Write at most ${count}, or a share such as 25%.`,
  );
}

function matchTargets(modules: readonly Module[], targets: readonly string[]): Set<string> {
  const matched = new Set<string>();
  for (const target of targets) {
    const found = modules.filter(({ path }) => path === target || path.endsWith(`.${target}`));
    if (found.length === 0) {
      const names = new Set(modules.map(({ path }) => path.slice(path.lastIndexOf('.') + 1)));
      throw new LabError(
        'option-invalid',
        `The target "${target}" matches no module of the model.`,
        `Name some of its modules: ${[...names].join(', ')}.`,
      );
    }
    found.forEach(({ path }) => matched.add(path));
  }
  return matched;
}

function checkScores(tasks: readonly (readonly number[])[], modules: readonly Module[]): void {
  for (const scores of tasks) {
    const bad = scores.findIndex((score) => !Number.isFinite(score) || score < 0);
    const what =
      scores.length !== modules.length
        ? `There are ${scores.length} scores for ${modules.length} modules`
        : bad >= 0
          ? `The score of ${modules[bad]?.path} is ${scores[bad]}; it must be finite and not negative`
          : undefined;
    if (what) throw new LabError('scores-invalid', `${what}.`, 'Score the layers of this model again.');
  }
}

function countLocked(
  locked: Readonly<Record<string, PlannedModule>>,
  modules: readonly Module[],
  form: AdapterForm,
  limits: Limits,
): Problem['locked'] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const layers = new Set<number>();
  let experts = 0;
  let parameters = 0;
  for (const [path, row] of Object.entries(locked)) {
    const module = byPath.get(path);
    if (!module) {
      throw new LabError(
        'option-invalid',
        `The locked module "${path}" is not in the model.`,
        'Correct its path in the plan, or remove the row.',
      );
    }
    if (row.experts > 0) layers.add(module.layer);
    experts += row.experts;
    parameters += moduleParameters(module, row, form);
  }
  if (layers.size > limits.layers || experts > limits.experts || parameters > limits.parameters) {
    throw new LabError(
      'budget-too-small',
      `The locked modules alone take ${layers.size} layers, ${experts} experts and ${parameters} parameters, more than the budget.`,
      'Raise the budget or unlock some modules.',
    );
  }
  return { layers, experts, parameters };
}
