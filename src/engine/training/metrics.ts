/** What a sample's class is, and what the model says it is. */
export interface Answer {
  readonly expected: number;
  readonly predicted: number;
}

const countOf = (values: Iterable<number>): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

const hits = (answers: readonly Answer[]): Answer[] =>
  answers.filter(({ expected, predicted }) => expected === predicted);

/** How often each class was expected, predicted, and both. */
const marginals = (
  answers: readonly Answer[],
): Record<'expected' | 'predicted' | 'both', Map<number, number>> => ({
  expected: countOf(answers.map(({ expected }) => expected)),
  predicted: countOf(answers.map(({ predicted }) => predicted)),
  both: countOf(hits(answers).map(({ expected }) => expected)),
});

/** Share of right answers, in [0, 1]. NaN of none, as scikit-learn's `accuracy_score`. */
export const accuracy = (answers: readonly Answer[]): number => hits(answers).length / answers.length;

/** Accuracy of always naming the commonest class: what a model has to beat. NaN of no answers. */
export const majorityAccuracy = (answers: readonly Answer[]): number =>
  Math.max(0, ...countOf(answers.map(({ expected }) => expected)).values()) / answers.length;

/**
 * Mean over classes of F1 = 2·TP / (2·TP + FP + FN), in [0, 1]: scikit-learn's `f1_score(average='macro')`. Classes are
 * those that were expected or predicted at least once, so that the denominator, expected + predicted, is never 0; one that
 * was never both counts 0.
 */
export function macroF1(answers: readonly Answer[]): number {
  const { expected, predicted, both } = marginals(answers);
  const classes = new Set([...expected.keys(), ...predicted.keys()]);
  let sum = 0;
  for (const one of classes) {
    sum += (2 * (both.get(one) ?? 0)) / ((expected.get(one) ?? 0) + (predicted.get(one) ?? 0));
  }
  return sum / classes.size;
}

/**
 * Matthews correlation for any number of classes, R_K (Gorodkin 2004, "Comparing two K-category assignments by a K-category
 * correlation coefficient", eq. 8), as scikit-learn's `matthews_corrcoef`:
 *
 *     (c·s − Σ_k p_k·t_k) / √((s² − Σ p_k²)·(s² − Σ t_k²))
 *
 * s answers, c of them right, class k expected t_k times and predicted p_k times. In [−1, 1]; 0 where either side has one
 * class only.
 */
export function matthewsCorrelation(answers: readonly Answer[]): number {
  const { expected, predicted } = marginals(answers);
  const s = answers.length;
  const dot = (a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): number =>
    Array.from(a, ([one, count]) => count * (b.get(one) ?? 0)).reduce((sum, product) => sum + product, 0);
  const covariance = hits(answers).length * s - dot(expected, predicted);
  const spread = (s * s - dot(predicted, predicted)) * (s * s - dot(expected, expected));
  // The counts are whole numbers, so 0 is exact; rounding of the root alone could pass 1.
  return spread === 0 ? 0 : Math.max(-1, Math.min(1, covariance / Math.sqrt(spread)));
}

/**
 * exp(loss / count): how many tokens a model hesitates between (Jelinek et al. 1977). At least 1; Infinity where the mean
 * loss is above 709.
 * @param loss summed negative log-likelihood, in nats
 * @param count of the tokens that were summed over
 */
export const perplexity = (loss: number, count: number): number => Math.exp(loss / count);
