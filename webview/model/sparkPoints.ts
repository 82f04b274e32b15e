export interface SparkPoint {
  readonly x: number;
  readonly y: number;
}

/** A line of more points than this is no finer to the eye. */
const most = 160;

/**
 * Points of a line in a box of 100 by 100, y from the top down. Where there are many, each of a bin's points is one of them: its
 * mean.
 *
 * @param wide what the whole width stands for
 * @param low, high what the bottom and the top stand for
 */
export function sparkPoints(
  points: readonly SparkPoint[],
  wide: number,
  low: number,
  high: number,
): SparkPoint[] {
  const bin = Math.ceil(points.length / most);
  const tall = high - low;
  const binned = bin <= 1 ? points : means(points, bin);
  return binned.map(({ x, y }) => ({
    x: wide > 0 ? Math.min(100, (100 * x) / wide) : 0,
    y: tall > 0 ? 100 - (100 * (y - low)) / tall : 50,
  }));
}

function means(points: readonly SparkPoint[], bin: number): SparkPoint[] {
  return Array.from({ length: Math.ceil(points.length / bin) }, (_, index) => {
    const part = points.slice(index * bin, (index + 1) * bin);
    const mean = (of: keyof SparkPoint): number =>
      part.reduce((sum, point) => sum + point[of], 0) / part.length;
    return { x: mean('x'), y: mean('y') };
  });
}
