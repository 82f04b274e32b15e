/** A line through points, as a robust fit has it: half of the points may be anything. */
export interface RobustSlope {
  readonly slope: number;
  /** Of a 95 % interval, for points whose errors are independent: those of memory are not quite, and it is wider in truth. */
  readonly low: number;
  readonly high: number;
  readonly points: number;
}

/** Of the normal distribution, for 95 %. */
const quantile = 1.959964;

/**
 * Theil's and Sen's slope: the median of the slopes between all pairs of points. The interval is Sen's, by ranks of those slopes
 * (P. K. Sen, Estimates of the regression coefficient based on Kendall's tau, JASA 63, 1968).
 *
 * @param points of different x, three at least
 * @returns in units of y by unit of x
 */
export function robustSlope(points: readonly { readonly x: number; readonly y: number }[]): RobustSlope {
  const n = points.length;
  if (n < 3) throw new Error(`A slope with an interval takes three points at least, not ${n}.`);
  const slopes = points
    .flatMap((one, index) => points.slice(index + 1).map((other) => (other.y - one.y) / (other.x - one.x)))
    .sort((a, b) => a - b);
  const at = (place: number): number => slopes[Math.min(slopes.length - 1, Math.max(0, place))]!;
  const middle = Math.floor(slopes.length / 2);
  const spread = quantile * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  return {
    slope: slopes.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2,
    low: at(Math.floor((slopes.length - spread) / 2)),
    high: at(Math.ceil((slopes.length + spread) / 2)),
    points: n,
  };
}
