import type { Budget } from '../shared/words';

/** A budget for one model: whole numbers that a plan must not exceed. */
export interface Limits {
  readonly layers: number;
  /** Trainable parameters; infinite where the budget sets none. */
  readonly parameters: number;
  readonly experts: number;
}

/** Adapters are saved in float32. */
export const bytesPerParameter = 4;

/**
 * The limits that a budget means for a model of `layers` layers. A share of layers is rounded to the nearest number and is
 * at least one layer: a quarter of 32 is 8, a quarter of 2 is 1.
 */
export function budgetLimits(budget: Budget, layers: number): Limits {
  const wanted = !budget.layers
    ? layers
    : 'share' in budget.layers
      ? Math.max(1, Math.round(budget.layers.share * layers))
      : budget.layers.count;
  const megabytes = budget.megabytes ?? Infinity;
  return {
    layers: Math.min(layers, wanted),
    parameters: Math.min(budget.parameters ?? Infinity, Math.floor((megabytes * 1e6) / bytesPerParameter)),
    experts: budget.experts ?? Infinity,
  };
}
