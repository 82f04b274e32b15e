import type { ErrorPayload } from './errors';
import type { PlanTotals } from './planFile';
import type { AllocationMethod, Budget, Plan } from './words';

/** A plan while it is edited on a page: what the host says of it after every change. */
export interface Draft {
  readonly plan: Plan;
  readonly totals: PlanTotals;
  /** One sentence: how it came about. */
  readonly summary: string;
  /** How it was allocated last; undefined where it never was, by us. */
  readonly method: AllocationMethod | undefined;
  /** True once rows were changed by hand since. */
  readonly byHand: boolean;
  /** Methods to allocate by, each with the reason why not where it cannot be asked for. */
  readonly methods: readonly MethodChoice[];
  /** Whether updates are scaled by alpha / √rank (rsLoRA), which decides the alpha that goes with another rank. */
  readonly rankStabilized?: boolean | undefined;
  /** The limits of the budget and how much of each is used; empty where there is none. */
  readonly limits: readonly LimitUse[];
  /** The uniform plan of the same size, that the design has to beat; undefined where none is possible. */
  readonly control: UniformControl | undefined;
  /** What the next undo takes back and the next redo brings again, in words; undefined where there is nothing. */
  readonly undo: string | undefined;
  readonly redo: string | undefined;
  /** Whether the file that it is applied to says the same already, and that file's name. */
  readonly isApplied: boolean;
  readonly file: string;
  /** Why nothing may be changed here; undefined where it may. */
  readonly readOnly: string | undefined;
  /** Why the last change was refused; undefined where it was not. */
  readonly refused: ErrorPayload | undefined;
  /** ‖BA‖ of each module's trained adapter, scaled as it is added; undefined where there is no adapter to look at. */
  readonly norms: Readonly<Record<string, number>> | undefined;
}

export interface MethodChoice {
  readonly method: AllocationMethod;
  /** Why it cannot be asked for. */
  readonly reason: string | undefined;
}

export interface LimitUse {
  readonly limit: keyof Budget;
  /** As the limit counts: layers, parameters, experts, megabytes. */
  readonly most: number;
  /** Of the layers, 0 to 1, where the limit is told as one; `most` is what it comes to. */
  readonly share?: number;
  readonly used: number;
}

export interface UniformControl {
  readonly rank: number;
  readonly modules: number;
  readonly parameters: number;
}

/** What of a module's row changes; what is left out stays. Without experts it has no adapter. */
export interface RowChange {
  readonly rank?: number;
  readonly alpha?: number;
  readonly experts?: number;
  readonly locked?: boolean;
}

/** What of a budget changes; what is left out stays, null takes the limit off. */
export type BudgetChange = { readonly [Limit in keyof Budget]?: Budget[Limit] | null };

/** A change of the draft that a page asks for. */
export type DraftChange =
  | {
      readonly change: 'rows';
      /** In words, for undo: "rank of layer 3 q". */
      readonly label: string;
      /** By module path. */
      readonly rows: Readonly<Record<string, RowChange>>;
    }
  | {
      readonly change: 'allocate';
      readonly method: AllocationMethod;
      readonly budget?: BudgetChange | undefined;
    }
  | { readonly change: 'undo' }
  | { readonly change: 'redo' };
