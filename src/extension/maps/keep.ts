import * as z from 'zod';
import type { DraftState } from '../../planning/draft/frame';
import type { History, Step } from '../../planning/draft/history';
import {
  budgetSchema,
  plannedModuleSchema,
  readOnlyPlanSchema,
  sharedTensorSchema,
} from '../../shared/planFile';
import { allocationMethods, type PlannedModule } from '../../shared/words';

/**
 * What was edited, to be kept over a reload: the plan as it stands, and each step by what it changes of the one next to it, since
 * a plan of a large model has hundreds of rows and most changes touch one.
 */
const stateSchema = z.object({
  plan: readOnlyPlanSchema,
  /** Absent where it is the experiment's own. */
  budget: budgetSchema.optional(),
  method: z.enum(allocationMethods).optional(),
  byHand: z.boolean(),
});
const stepSchema = z.object({
  label: z.string(),
  /** Rows that differ; null where there is none. */
  rows: z.record(z.string(), plannedModuleSchema.nullable()),
  /** Absent where it is the same. */
  shared: z
    .array(sharedTensorSchema.extend({ members: sharedTensorSchema.shape.members.readonly() }))
    .readonly()
    .optional(),
  rest: stateSchema.omit({ plan: true }),
});
const keptSchema = z.object({
  version: z.literal(1),
  state: stateSchema,
  /** The nearest first. */
  past: z.array(stepSchema),
  future: z.array(stepSchema),
});
export type Kept = z.infer<typeof keptSchema>;
type KeptStep = z.infer<typeof stepSchema>;

/** @param most characters of JSON; of what can be taken back, the oldest is left out */
export function keep({ state, past, future }: History<DraftState>, most: number): Kept {
  let room = most - JSON.stringify(state).length;
  const within = (steps: readonly Step<DraftState>[]): KeptStep[] => {
    const kept: KeptStep[] = [];
    let neighbor = state;
    for (const step of steps.toReversed()) {
      const one = difference(neighbor, step);
      room -= JSON.stringify(one).length;
      if (room < 0) break;
      kept.push(one);
      neighbor = step.state;
    }
    return kept;
  };
  return { version: 1, state: plain(state), past: within(past), future: within(future) };
}

/**
 * What `keep` gave, through JSON; undefined where it is none, or of another version.
 *
 * @param order of the rows: the model's paths
 */
export function restored(kept: unknown, order: readonly string[]): History<DraftState> | undefined {
  const { success, data } = keptSchema.safeParse(kept);
  if (!success) return undefined;
  const state = stateOf(data.state.plan, data.state);
  const steps = (all: readonly KeptStep[]): Step<DraftState>[] => {
    let neighbor = state;
    const nearestFirst = all.map((step) => {
      neighbor = changedBy(neighbor, step, order);
      return { label: step.label, state: neighbor };
    });
    return nearestFirst.toReversed();
  };
  return { state, past: steps(data.past), future: steps(data.future) };
}

const plain = ({ plan, budget, method, byHand }: DraftState): Kept['state'] => ({
  plan: { modules: plan.modules, shared: plan.shared },
  ...restOf({ budget, method, byHand }),
});

const restOf = ({ budget, method, byHand }: Omit<DraftState, 'plan'>): KeptStep['rest'] => ({
  ...(budget === undefined ? {} : { budget }),
  ...(method === undefined ? {} : { method }),
  byHand,
});

function difference({ plan: near }: DraftState, { label, state }: Step<DraftState>): KeptStep {
  const { plan } = state;
  const rows: Record<string, PlannedModule | null> = {};
  for (const path of new Set([...Object.keys(near.modules), ...Object.keys(plan.modules)])) {
    const row = plan.modules[path];
    if (!isSame(row, near.modules[path])) rows[path] = row ?? null;
  }
  const isShared = isSame(plan.shared, near.shared);
  return { label, rows, ...(isShared ? {} : { shared: [...plan.shared] }), rest: restOf(state) };
}

/** Most rows are the very same objects: a plan of a large model is kept with every key that is pressed. */
const isSame = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

function changedBy(
  { plan }: DraftState,
  { rows, shared, rest }: KeptStep,
  order: readonly string[],
): DraftState {
  const all = { ...plan.modules, ...rows };
  const modules: Record<string, PlannedModule> = {};
  for (const path of new Set([...order, ...Object.keys(all)])) {
    const row = Object.hasOwn(all, path) ? all[path] : undefined;
    if (row) modules[path] = row;
  }
  return stateOf({ modules, shared: shared ?? plan.shared }, rest);
}

/** With its keys where they are undefined too, as a state has them. */
const stateOf = (plan: DraftState['plan'], { budget, method, byHand }: KeptStep['rest']): DraftState => ({
  plan,
  budget,
  method,
  byHand,
});
