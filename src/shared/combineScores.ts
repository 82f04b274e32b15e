import { largestOf } from './largestOf';

/**
 * One score a module over several tasks: each task's scores are divided by their sum over modules, then averaged over
 * tasks, so that a task with a loud loss does not outvote the others. With one task this only rescales.
 * The choice is ours; LoRA-SMoE's vote over tasks is a method of its own.
 *
 * @param tasks one array a task, all in the same module order; scores are non-negative
 * @returns shares that sum to 1 (all 0 when every score is 0)
 */
export function combineTasks(tasks: readonly (readonly number[])[]): number[] {
  const scored = tasks.filter((scores) => scores.some((score) => score > 0));
  const size = tasks[0]?.length ?? 0;
  const combined = new Array<number>(size).fill(0);
  for (const scores of scored) {
    const total = scores.reduce((sum, score) => sum + score, 0);
    scores.forEach((score, index) => {
      combined[index] = (combined[index] ?? 0) + score / total / scored.length;
    });
  }
  return combined;
}

/** A task's scores by layer: the estimator's own where it scores layers by themselves, else the sums over their modules. */
export const scoresByLayer = (
  layers: readonly number[],
  {
    scores,
    layerScores,
  }: { readonly scores: readonly number[]; readonly layerScores?: readonly number[] | undefined },
): readonly number[] => layerScores ?? sumByLayer(layers, scores);

/** Sums of module scores by layer, index = layer. */
export function sumByLayer(layers: readonly number[], scores: readonly number[]): number[] {
  const sums = new Array<number>(Math.max(-1, largestOf(layers)) + 1).fill(0);
  layers.forEach((layer, index) => {
    sums[layer] = (sums[layer] ?? 0) + (scores[index] ?? 0);
  });
  return sums;
}
