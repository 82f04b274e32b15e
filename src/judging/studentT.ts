import { jStat } from 'jstat';

/** Student's t: the value below which a share of the distribution lies. @param degrees of freedom, above 0, also broken ones */
export const studentQuantile = (share: number, degrees: number): number => jStat.studentt.inv(share, degrees);

/** How often Student's t is as far from 0 as `t`, or farther, on either side. */
export const twoSidedP = (t: number, degrees: number): number =>
  2 * (1 - jStat.studentt.cdf(Math.abs(t), degrees));
