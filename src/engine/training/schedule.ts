export interface Schedule {
  /** Learning rate at the end of the warm-up: the highest there is. */
  readonly peak: number;
  /** Share of the steps in which the rate rises from 0 to the peak, in [0, 1]. */
  readonly warmupRatio: number;
  /** How it falls afterwards: half a cosine to 0, a line to 0, or not at all. */
  readonly kind: 'cosine' | 'linear' | 'constant';
}

/** Steps of the warm-up: rounded up, as transformers' Trainer does. */
export const warmupSteps = (steps: number, warmupRatio: number): number => Math.ceil(steps * warmupRatio);

/**
 * Learning rate of an update, as transformers' `get_{cosine,linear,constant}_schedule_with_warmup` give it.
 *
 * The first update of a warm-up has rate 0, and what falls would reach 0 one step after the last update: both as there.
 *
 * @param step updates before this one: 0 for the first
 * @param steps of the whole training
 */
export function learningRateAt(step: number, steps: number, { peak, warmupRatio, kind }: Schedule): number {
  const warmup = warmupSteps(steps, warmupRatio);
  if (step < warmup) return (peak * step) / Math.max(1, warmup);
  const rest = Math.max(1, steps - warmup);
  switch (kind) {
    case 'constant':
      return peak;
    case 'linear':
      return peak * Math.max(0, (steps - step) / rest);
    case 'cosine':
      // Half a wave. Beyond the last step a cosine would rise again, so it stops there; transformers lets it rise.
      return peak * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, (step - warmup) / rest)));
  }
}
