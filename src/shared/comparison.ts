import type { ErrorPayload } from './errors';
import type { PlanTotals } from './planFile';
import type { Module, Plan } from './words';

/** Two plans side by side, as the host puts them together from runs, plan files, experiments and adapters. */
export interface Comparison {
  readonly left: ComparedPlan;
  readonly right: ComparedPlan;
  /** Of the model of both, in one order. */
  readonly modules: readonly Module[];
  /** How the right plan differs from the left one. */
  readonly sentence: string;
  /** Which of the two is better, or why that cannot be said; undefined where neither was trained. */
  readonly verdict: string | undefined;
}

export interface ComparedPlan {
  /** "quickstart, Score of 3 Nov 14:02". */
  readonly title: string;
  /** Where it comes from, relative to the workspace. */
  readonly source: string;
  /** Of the model's modules alone. */
  readonly plan: Plan;
  readonly totals: PlanTotals;
  /** Scores of its run by module, as shares of their sum; undefined where it has none. */
  readonly scores: readonly number[] | undefined;
  readonly facts: readonly ComparedFact[];
}

/** What is known of a plan beside its rows: how it was made, and what its run found out. */
export interface ComparedFact {
  /** The same on both sides where it is the same thing. */
  readonly name: string;
  readonly text: string;
  /** Undefined where it is no number, so that there is no difference. */
  readonly amount?: { readonly value: number; readonly unit: FactUnit } | undefined;
}
export type FactUnit = 'seconds' | 'bytes' | 'share' | 'loss';

/** All that a page of two plans is told, whole each time. */
export interface ComparisonPage {
  /** What the page saves, so that it comes back after a reload: left, then right. */
  readonly keys: readonly [left: string, right: string];
  /** Known also of what cannot be read any more. */
  readonly titles: readonly [left: string, right: string];
  readonly comparison: Comparison | undefined;
  /** Why there is none; undefined where there is one. */
  readonly error: ErrorPayload | undefined;
}

/** What a page of two plans asks for. */
export const comparingDeeds = ['swap', 'openLeft', 'openRight', 'chooseRight'] as const;
export type ComparingDeed = (typeof comparingDeeds)[number];
