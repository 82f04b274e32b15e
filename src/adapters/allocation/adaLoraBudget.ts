/** When AdaLoRA lowers its budget, and to what. Steps count from 1, as PEFT's examples call it. */
export interface AdaLoraSchedule {
  /** Triplets at the start: the sum of the matrices' first ranks. */
  readonly initial: number;
  /** Triplets at the end: target rank times the number of matrices. */
  readonly target: number;
  /** Steps of the whole training. */
  readonly steps: number;
  /** Steps at the start that keep the first budget (`tinit`). */
  readonly warmup: number;
  /** Steps at the end that train what stayed (`tfinal`). `warmup + final` is less than `steps`. */
  readonly final: number;
  /** Steps between two prunings (`deltaT`). */
  readonly interval: number;
}

/**
 * How many triplets may stay at a step: AdaLoRA's cubic schedule (Zhang et al. 2023, arXiv 2303.10512, eq. 12), rounded down
 * as PEFT's `RankAllocator.budget_schedule` does.
 *
 *     b(t) = ⌊(b₀ − b_T) · (1 − (t − t_i)/(T − t_f − t_i))³ + b_T⌋   for t_i < t ≤ T − t_f
 */
export function budgetAt(step: number, { initial, target, steps, warmup, final }: AdaLoraSchedule): number {
  if (step <= warmup) return initial;
  if (step > steps - final) return target;
  const left = 1 - (step - warmup) / (steps - final - warmup);
  return Math.trunc((initial - target) * left ** 3 + target);
}

/**
 * Whether the lowest triplets are set to 0 after a step: each `interval` steps, and once more where the final phase begins.
 * Those of an earlier pruning may come back, for their E goes on training; those of the last may not.
 */
export const prunesAt = (step: number, { steps, warmup, final, interval }: AdaLoraSchedule): boolean =>
  step > warmup && (step === steps - final || (step < steps - final && step % interval === 0));

/** Whether which triplets stay is settled: from here on PEFT sets the others to 0 after every step. */
export const isSettled = (step: number, { steps, final }: AdaLoraSchedule): boolean => step > steps - final;

/** One rank of one matrix: row k of A, column k of B, and E_k between them. */
export interface Triplet {
  readonly module: string;
  readonly index: number;
  readonly score: number;
}

/**
 * The triplets that stay, in the order given, when the lowest over all matrices are dropped (arXiv 2303.10512, eq. 6).
 *
 * Ties are PEFT's: `kthvalue` finds the highest score to drop, and everything `<=` it goes. So where several triplets have
 * just that score fewer than `keep` stay, and none does where all are equal, as before the first gradient. No order of
 * modules decides, and what was dropped can come back at the next pruning. A score that is NaN counts as the highest.
 *
 * @param keep how many may stay; everything does from the number of triplets on, where PEFT's `kthvalue` fails
 */
export function prune<T extends Triplet>(triplets: readonly T[], keep: number): T[] {
  const dropped = triplets.length - keep;
  if (dropped <= 0) return [...triplets];
  // A typed array sorts by number, NaN last.
  const threshold = Float64Array.from(triplets, ({ score }) => score).sort()[dropped - 1] ?? -Infinity;
  return triplets.filter(({ score }) => !(score <= threshold));
}
