import { meanAndError } from '../shared/meanAndError';
import type { PairedScores } from './pairedScores';

/** How sure a mean difference is, and what makes it unsure. */
export interface Spread {
  /** Mean difference, in the metric's unit. */
  readonly difference: number;
  /** Of the mean over seeds and examples. */
  readonly standardError: number;
  /** Of Student's t for this standard error (Satterthwaite 1946); Infinity where it is 0. */
  readonly degrees: number;
  /** Part of the squared standard error that other seeds would change. */
  readonly fromSeeds: number;
  /** Part of it that other examples would change, the same for all seeds. */
  readonly fromExamples: number;
}

/**
 * The standard error that resampling seeds, and within them examples, has in the limit of many resamples, with what a plain
 * bootstrap gets wrong put right. Seeds and examples are crossed: an example that one plan always gets right is a difference
 * that more seeds do not lessen, and the noise of one seed on one example is in the spread of both, where it must count once
 * (Owen 2007, The pigeonhole bootstrap). And with n = 3 seeds a bootstrap's variance is (n − 1)/n of the right one, which is
 * two thirds (Hesterberg 2015).
 *
 * With d_se of seed s and example e, weights w_e, and residuals r_se after taking off the means of rows and columns:
 * A = var_s(Σ_e w_e d_se) / S, B = Σ_e w_e² var_e(d̄_e), I = Σ_e w_e² var(r) / S; variance = max(A, I / 10) + max(0, B − I), where A
 * has I in it and is less only by chance.
 *
 * @param scores of at least two seeds: of one nothing can be said about others
 * @returns with a standard error of Infinity for less than two seeds
 */
export function spreadOf({ differences, weights, tasks }: PairedScores): Spread {
  const seeds = differences.length;
  const examples = weights.length;
  const perSeed = differences.map((row) => weighted(row, weights));
  const { mean: difference, standardError } = meanAndError(perSeed);
  if (seeds < 2) {
    const nothing = { fromSeeds: Infinity, fromExamples: 0 };
    return { difference, standardError: Infinity, degrees: 1, ...nothing };
  }
  const byExample = Float64Array.from(
    { length: examples },
    (_, example) => meanAndError(differences.map((row) => row[example] as number)).mean,
  );
  const ofTask = taskMeans(byExample, tasks);
  const seedOfTask = differences.map((row) => taskMeans(row, tasks));
  let across = 0;
  let interaction = 0;
  for (let example = 0; example < examples; example++) {
    const task = tasks[example] as number;
    const { mean, count } = ofTask[task] as TaskMean;
    // A task of one example says nothing about others.
    if (count < 2) continue;
    const share = (weights[example] as number) ** 2 * (count / (count - 1));
    across += share * ((byExample[example] as number) - mean) ** 2;
    let squares = 0;
    differences.forEach((row, seed) => {
      const expected = (byExample[example] as number) + (seedOfTask[seed]?.[task]?.mean ?? 0) - mean;
      squares += ((row[example] as number) - expected) ** 2;
    });
    interaction += (share * squares) / (seeds - 1) / seeds;
  }
  // Seeds of which each has as many right answers more differ by 0, as if there were no doubt: that is chance, as the noise of a
  // seed on an example tells. A tenth of it keeps calls at their level in simulations; all of it would make them far too rare.
  const fromSeeds = Math.max(standardError ** 2, interaction / 10);
  const fromExamples = Math.max(0, across - interaction);
  const variance = fromSeeds + fromExamples;
  // Of shares: squares of the variances themselves are 0 for differences that are minute.
  const [ofSeeds, ofExamples] = [fromSeeds / variance, fromExamples / variance];
  const degrees = variance === 0 ? Infinity : degreesOf(ofSeeds, ofExamples, seeds, examples);
  return { difference, standardError: Math.sqrt(variance), degrees, fromSeeds, fromExamples };
}

/** Satterthwaite's degrees of freedom; of two seeds one, where what is left of the examples' part by chance would claim more. */
const degreesOf = (ofSeeds: number, ofExamples: number, seeds: number, examples: number): number =>
  seeds === 2 ? 1 : 1 / (ofSeeds ** 2 / (seeds - 1) + ofExamples ** 2 / Math.max(1, examples - 1));

interface TaskMean {
  readonly mean: number;
  readonly count: number;
}

function taskMeans(values: ArrayLike<number>, tasks: ArrayLike<number>): TaskMean[] {
  const sums: { sum: number; count: number }[] = [];
  for (let example = 0; example < values.length; example++) {
    const of = (sums[tasks[example] as number] ??= { sum: 0, count: 0 });
    of.sum += values[example] as number;
    of.count++;
  }
  return sums.map(({ sum, count }) => ({ mean: sum / count, count }));
}

function weighted(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < weights.length; at++) sum += (values[at] as number) * (weights[at] as number);
  return sum;
}
