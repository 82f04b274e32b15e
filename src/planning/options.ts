/** How modules are put together to share a threshold: by role, all of them, or attention and MLP apart. */
export const groupings = ['type', 'pooled', 'attention-mlp'] as const;
export type Grouping = (typeof groupings)[number];

/** A module's sensitivity: the sum over the entries of its weight, or their mean. */
export const statistics = ['sum', 'mean'] as const;
type Statistic = (typeof statistics)[number];

/** Options of single methods; each reads its own. Names and defaults are those of the experiment's blocks. */
export interface MethodOptions {
  /** `floe`: improve the mask by swaps over the whole Fisher matrix, where there are gates. */
  readonly refine: boolean;
  /** `lora-smoe`: a task votes for the modules above this quantile of their group. */
  readonly quantile: number;
  readonly grouping: Grouping;
  readonly statistic: Statistic;
  /** Pseudo-tasks that a single task's samples are split into. */
  readonly folds: number;
  /** `lily`: neighboring layers that share one A. */
  readonly strideA: number;
  /** B's in the pool of all layers. */
  readonly numB: number;
  /** Experts of each module that has an adapter; for `proportional` a least number above 0 leaves none out. */
  readonly minExperts: number;
  readonly maxExperts: number;
}

export const defaultOptions: MethodOptions = {
  refine: true,
  quantile: 0.4,
  grouping: 'type',
  statistic: 'sum',
  folds: 4,
  strideA: 1,
  numB: 2,
  minExperts: 0,
  maxExperts: Infinity,
};
