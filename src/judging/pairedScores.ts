import { LabError } from '../shared/errors';

/**
 * What two arms, a plan and its control, came to on the same examples: one row a seed. Tasks are strata: each example has the
 * weight that it has in the metric, which is the mean over tasks of the mean over a task's examples (or tokens).
 */
export interface PairedScores {
  /** `[seed][example]`: what the plan's value is above the control's, in the metric's unit. */
  readonly differences: readonly ArrayLike<number>[];
  /** Of each example; they sum to 1. */
  readonly weights: ArrayLike<number>;
  /** Task of each example, from 0. */
  readonly tasks: ArrayLike<number>;
}

/** One arm's values of one task: `[seed][example]`, and how much each example counts (its tokens, or 1). */
export interface ArmTask {
  readonly values: readonly ArrayLike<number>[];
  readonly counts?: ArrayLike<number> | undefined;
}

/**
 * Pairs two arms by seed and example. With the same seeds and the same order of data in both arms, what is common to the two
 * of a pair cancels in its difference.
 *
 * @param plan one entry a task, in the order of `control`
 * @throws LabError `judge-unpaired` where the arms differ in tasks, seeds or examples, or a value is not a number
 */
export function pairScores(plan: readonly ArmTask[], control: readonly ArmTask[]): PairedScores {
  const seeds = plan[0]?.values.length ?? 0;
  if (plan.length === 0 || plan.length !== control.length) throw unpaired('tasks');
  const rows: number[][] = Array.from({ length: seeds }, () => []);
  const weights: number[] = [];
  const tasks: number[] = [];
  plan.forEach((task, at) => {
    const other = control[at] as ArmTask;
    if (task.values.length !== seeds || other.values.length !== seeds) throw unpaired('seeds');
    const examples = task.values[0]?.length ?? 0;
    const counts = task.counts ?? new Float64Array(examples).fill(1);
    const total = sumOf(counts);
    if (examples === 0 || counts.length !== examples || !(total > 0)) throw unpaired('examples');
    for (let example = 0; example < examples; example++) {
      weights.push((counts[example] as number) / total / plan.length);
      tasks.push(at);
    }
    rows.forEach((row, seed) => {
      const [ours, theirs] = [task.values[seed], other.values[seed]];
      if (ours?.length !== examples || theirs?.length !== examples) throw unpaired('examples');
      for (let example = 0; example < examples; example++) {
        const difference = (ours[example] as number) - (theirs[example] as number);
        if (!Number.isFinite(difference)) throw unpaired('values');
        row.push(difference);
      }
    });
  });
  return { differences: rows, weights, tasks };
}

const sumOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] as number;
  return sum;
};

const unpaired = (what: string): LabError =>
  new LabError(
    'judge-unpaired',
    `The plan and its control have not the same ${what}, so that they cannot be compared pair by pair.`,
    'Judge them again with the same data and seeds for both.',
  );
