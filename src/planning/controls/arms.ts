import { scaledAlpha } from '../../shared/alpha';
import type { PlanTotals } from '../../shared/planFile';
import type { ArmName, ControlName } from '../../shared/verdict';
import type { ExperimentMethod, Module, Plan, PlannedModule } from '../../shared/words';
import { isTarget } from '../checkRequest';
import { uniformControl } from '../draft/uniformControl';
import { adapterForm } from '../parameters';
import { trainsExperts, type Design } from '../planRequest';
import { isSamePlan } from '../../shared/samePlan';
import { planTotals } from '../totals';
import { placeOf, randomLayers } from './randomLayers';

/** A plan that is judged, or what it is judged against. */
export interface ArmDesign {
  readonly name: ArmName;
  /** What it is trained as. */
  readonly method: ExperimentMethod;
  readonly totals: PlanTotals;
  /** What is trained with a seed; the same for all of them but for the random control. */
  readonly planFor: (seed: number) => Plan;
}

/** A control that was asked for and that there is none of. */
export interface MissingControl {
  readonly control: ControlName;
  readonly why: string;
}

/** What of an experiment decides its controls: AdaLoRA's size is the one that it ends with. */
export type JudgedDesign = Design & {
  readonly adalora?: { readonly initR: number; readonly targetR: number };
};

/**
 * The plan and the controls that it is judged against. A method that has no experts is held against plain LoRA: Lily, dynamic
 * LoRA and AdaLoRA have to beat what anybody would train.
 *
 * @param plan what is judged; the design's own is not looked at
 * @returns the plan first; and for each control that there is none of, a sentence that says why
 */
export function armsOf(
  design: JudgedDesign,
  plan: Plan,
  modules: readonly Module[],
  controls: readonly ControlName[],
): { readonly arms: readonly ArmDesign[]; readonly without: readonly MissingControl[] } {
  const own: ArmDesign = {
    ...{ name: 'plan', method: design.method, planFor: () => plan },
    totals: planTotals(finalPlan(design, plan), modules, adapterForm(design.method)),
  };
  // A row by hand may be on a module that no target names: its likes belong to a control as well.
  const adapter = { ...design.adapter, targets: targetsOf(design, plan, modules) };
  const arms: ArmDesign[] = [own];
  const without: MissingControl[] = [];
  for (const name of new Set(controls)) {
    const found = makers[name]({ ...design, adapter }, plan, modules, own.totals);
    if (typeof found === 'string') without.push({ control: name, why: found });
    else arms.push({ ...found, name });
  }
  return { arms, without };
}

type Maker = (
  design: JudgedDesign,
  plan: Plan,
  modules: readonly Module[],
  size: PlanTotals,
) => Omit<ArmDesign, 'name'> | string;

const makers: Readonly<Record<ControlName, Maker>> = {
  uniform: (design, plan, modules, { parameters }) => {
    const method = plainMethod(design.method);
    const frame = { modules, scores: [], design: { ...design, method, plan } };
    const control = uniformControl(frame, parameters);
    if (control === undefined) return `No uniform plan is as small as ${parameters} parameters.`;
    return fixed(design, plan, method, control.plan, modules, 'uniform');
  },
  'all-layers': (design, plan, modules) => {
    const method = plainMethod(design.method);
    const usual = usualRow(finalPlan(design, plan));
    const rows = modules.filter(({ path }) => isTarget(path, design.adapter.targets));
    if (usual === undefined || rows.length === 0) return 'The plan gives no module of the model an adapter.';
    const row = { ...usual, experts: trainsExperts(method) ? usual.experts : 1 };
    const all = { modules: Object.fromEntries(rows.map(({ path }) => [path, row])), shared: [] };
    return fixed(design, plan, method, all, modules, 'all-layers');
  },
  random: (design, plan, modules, totals) => {
    const { method } = design;
    if (plan.shared.length > 0) return 'A plan that shares tensors over layers has no random control.';
    if (randomLayers(plan, modules, 0) === undefined)
      return 'All layers of the plan are alike, or the model has no other ones of their shape: it has no random control.';
    return { method, totals, planFor: (seed) => randomLayers(plan, modules, seed) ?? plan };
  },
};

/** A control that is one plan, unless that is the very one that is judged. */
function fixed(
  design: JudgedDesign,
  judged: Plan,
  method: ExperimentMethod,
  plan: Plan,
  modules: readonly Module[],
  name: ControlName,
): Omit<ArmDesign, 'name'> | string {
  if (method === design.method && isSamePlan(plan, judged, { locks: false }))
    return `The plan is its own control ${name}: there is nothing to compare.`;
  return { method, totals: planTotals(plan, modules, adapterForm(method)), planFor: () => plan };
}

const plainMethod = (method: ExperimentMethod): ExperimentMethod => (trainsExperts(method) ? method : 'lora');

/** The plan as it is when it has been trained: AdaLoRA prunes its ranks to a mean. */
function finalPlan({ method, adalora }: JudgedDesign, plan: Plan): Plan {
  if (method !== 'adalora' || adalora === undefined) return plan;
  const rows = Object.entries(plan.modules).map(([path, row]) => [
    path,
    { ...row, rank: adalora.targetR, alpha: scaledAlpha(row, adalora.targetR) },
  ]);
  return { ...plan, modules: Object.fromEntries(rows) as Plan['modules'] };
}

/** The row that most modules of a plan have; the first of those that come as often. */
function usualRow({ modules }: Plan): PlannedModule | undefined {
  const counts = new Map<string, { row: PlannedModule; count: number }>();
  for (const { rank, alpha, experts } of Object.values(modules)) {
    if (experts === 0) continue;
    const key = `${rank} ${alpha} ${experts}`;
    const { row = { rank, alpha, experts }, count = 0 } = counts.get(key) ?? {};
    counts.set(key, { row, count: count + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.row;
}

/** The design's targets that the model has, and the modules in the places of what the plan adapts besides. */
function targetsOf({ adapter }: Design, plan: Plan, modules: readonly Module[]): string[] {
  const named = adapter.targets.filter((target) => modules.some(({ path }) => isTarget(path, [target])));
  const others = new Set(
    modules.flatMap((module) => {
      const isAdapted = (plan.modules[module.path]?.experts ?? 0) > 0;
      return isAdapted && !isTarget(module.path, named) ? [placeOf(module)] : [];
    }),
  );
  return [...named, ...modules.filter((module) => others.has(placeOf(module))).map(({ path }) => path)];
}
