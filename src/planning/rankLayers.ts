/** Indices from the largest score to the smallest; equal scores by lower index, so that every machine keeps the same. */
export const rankLayers = (scores: readonly number[]): number[] =>
  scores.map((_, index) => index).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);

/** The indices of the `count` largest scores, rising. */
export const keepTop = (scores: readonly number[], count: number): number[] =>
  rankLayers(scores)
    .slice(0, Math.max(0, count))
    .sort((a, b) => a - b);
