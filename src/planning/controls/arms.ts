import type { PlanTotals } from '../../shared/planFile';
import type { ArmName, ControlName } from '../../shared/verdict';
import type { ExperimentMethod, Module, Plan } from '../../shared/words';
import { isTarget } from '../checkRequest';
import { designOf } from '../draft/designOf';
import { uniformControl } from '../draft/uniformControl';
import { adapterForm } from '../parameters';
import { trainsExperts, type Design } from '../planRequest';
import { isSamePlan } from '../samePlan';
import { planTotals } from '../totals';
import { randomLayers } from './randomLayers';

/** A plan that is judged, or what it is judged against. */
export interface ArmDesign {
  readonly name: ArmName;
  /** What it is trained as. */
  readonly method: ExperimentMethod;
  readonly totals: PlanTotals;
  /** What is trained with a seed; the same for all of them but for the random control. */
  readonly planFor: (seed: number) => Plan;
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
): { readonly arms: readonly ArmDesign[]; readonly without: readonly string[] } {
  const own: ArmDesign = {
    ...{ name: 'plan', method: design.method, planFor: () => plan },
    totals: planTotals(finalPlan(design, plan), modules, adapterForm(design.method)),
  };
  const arms: ArmDesign[] = [own];
  const without: string[] = [];
  for (const name of new Set(controls)) {
    const found = makers[name](design, plan, modules, own.totals);
    if (typeof found === 'string') without.push(found);
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
    const { adapter } = designOf({ method: 'uniform', plan: finalPlan(design, plan) }, modules);
    const { rank, alpha } = adapter;
    const experts = trainsExperts(method) ? adapter.experts : 1;
    const rows = modules.filter(({ path }) => isTarget(path, design.adapter.targets));
    const modulesOf = Object.fromEntries(rows.map(({ path }) => [path, { rank, alpha, experts }]));
    return fixed(design, plan, method, { modules: modulesOf, shared: [] }, modules, 'all-layers');
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
  const rows = Object.entries(plan.modules).map(([path, row]) => [path, { ...row, rank: adalora.targetR }]);
  return { ...plan, modules: Object.fromEntries(rows) as Plan['modules'] };
}
