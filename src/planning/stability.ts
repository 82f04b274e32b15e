import { keepTop } from './rankLayers';

export interface Stability {
  /** Kendall's tau-b between the scores of two halves of the samples, -1 to 1. */
  readonly halvesKendallTau: number;
  /** Share of the top K that both halves name, 0 to 1. */
  readonly topKAgreement: number;
}

/**
 * How far two halves of the samples agree. The halves are the even and the odd samples, so that data in any order is
 * split fairly. Fewer than two samples say nothing: 0 and 0.
 *
 * @param perSample one row a module (or layer), one value a sample
 * @param top K of the agreement; a quarter of the rows where absent
 */
export function splitHalves(perSample: readonly ArrayLike<number>[], top?: number): Stability {
  const samples = perSample[0]?.length ?? 0;
  if (samples < 2) return { halvesKendallTau: 0, topKAgreement: 0 };
  const [even, odd] = [halfMeans(perSample, 0), halfMeans(perSample, 1)];
  const wanted = top ?? Math.round(perSample.length / 4);
  const count = Math.min(perSample.length, Math.max(1, wanted));
  const kept = new Set(keepTop(even, count));
  const common = keepTop(odd, count).filter((index) => kept.has(index)).length;
  return { halvesKendallTau: kendallTau(even, odd), topKAgreement: common / count };
}

/**
 * Kendall's tau-b of two lists of equal length: concordant less discordant pairs, over the geometric mean of the pairs
 * that are not tied in either list (Kendall 1945). 0 where a list has no untied pair. Compares all pairs: quick enough for
 * the thousand modules of a large model.
 */
export function kendallTau(a: readonly number[], b: readonly number[]): number {
  let balance = 0;
  let untiedA = 0;
  let untiedB = 0;
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const signA = Math.sign((a[i] as number) - (a[j] as number));
      const signB = Math.sign((b[i] as number) - (b[j] as number));
      balance += signA * signB;
      untiedA += Math.abs(signA);
      untiedB += Math.abs(signB);
    }
  }
  return untiedA === 0 || untiedB === 0 ? 0 : balance / Math.sqrt(untiedA * untiedB);
}

function halfMeans(perSample: readonly ArrayLike<number>[], first: 0 | 1): number[] {
  return perSample.map((row) => {
    let sum = 0;
    let count = 0;
    for (let i = first; i < row.length; i += 2, count++) sum += row[i] as number;
    return count > 0 ? sum / count : 0;
  });
}
