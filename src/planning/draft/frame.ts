import type { ScoreFile } from '../../shared/scoreFile';
import type { AllocationMethod, Budget, Module, Plan } from '../../shared/words';
import { adapterForm, type AdapterForm } from '../parameters';
import type { Design } from '../planRequest';

/** What a plan is edited in: the model, what is trained on it, and what is known of it. It stays while the plan changes. */
export interface DraftFrame {
  /** All modules of the model, or those that an adapter may be on. */
  readonly modules: readonly Module[];
  /** Its plan and budget are those that the editing begins with. */
  readonly design: Design;
  /** One a task, of the same modules; empty where nothing was scored. */
  readonly scores: readonly ScoreFile[];
  /** Whether updates are scaled by alpha / √rank (rsLoRA), which decides the alpha that goes with another rank. */
  readonly rankStabilized?: boolean;
}

/** What undo brings back: a plan with the budget that it was allocated under. */
export interface DraftState {
  readonly plan: Plan;
  /** Undefined where it is the experiment's own, and goes with it. */
  readonly budget: Budget | undefined;
  /** How it was allocated last; undefined where it never was, by us. */
  readonly method: AllocationMethod | undefined;
  /** True once rows were changed by hand since. */
  readonly byHand: boolean;
}

export const emptyPlan: Plan = { modules: {}, shared: [] };

export const formOf = ({ design }: DraftFrame): AdapterForm => adapterForm(design.method);
