/** A line over steps. */
export interface Point {
  readonly x: number;
  readonly y: number;
}
export type Line = readonly Point[];

/** The mean of several lines, and the least and the most of them, at each step that any of them has. */
export interface Spread {
  readonly mean: Line;
  readonly low: Line;
  readonly high: Line;
}

/**
 * The spread of lines with ascending steps. A line counts between its first and its last step, straight from point to point; where
 * only one counts there is no mean.
 */
export function spreadOf(lines: readonly Line[]): Spread {
  const steps = [...new Set(lines.flatMap((line) => line.map(({ x }) => x)))].sort((a, b) => a - b);
  const readers = lines.map(readerOf);
  const rows = steps.flatMap((x) => {
    const values = readers.flatMap((read) => read(x) ?? []);
    if (values.length < 2) return [];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [{ x, mean, low: Math.min(...values), high: Math.max(...values) }];
  });
  return {
    mean: rows.map(({ x, mean: y }) => ({ x, y })),
    low: rows.map(({ x, low: y }) => ({ x, y })),
    high: rows.map(({ x, high: y }) => ({ x, y })),
  };
}

/** A line's value at steps that are asked for in ascending order; undefined before its first and behind its last. */
function readerOf(line: Line): (x: number) => number | undefined {
  let at = 0;
  return (x) => {
    while (at + 1 < line.length && (line[at + 1]?.x ?? Infinity) <= x) at++;
    const [from, to] = [line[at], line[at + 1]];
    if (from === undefined || x < from.x) return undefined;
    if (x === from.x) return from.y;
    return to === undefined ? undefined : from.y + ((to.y - from.y) * (x - from.x)) / (to.x - from.x);
  };
}

/**
 * An exponential moving average over a line's points, without the pull towards zero at its beginning.
 * @param weight of what was before: 0 leaves the line as it is
 */
export function smoothed(line: Line, weight: number): Line {
  if (weight === 0) return line;
  let [average, mass] = [0, 0];
  return line.map(({ x, y }) => {
    average = weight * average + (1 - weight) * y;
    mass = weight * mass + (1 - weight);
    return { x, y: average / mass };
  });
}

/** At most so many points and the last one, evenly spaced among those that there are. */
export function thinned<T>(points: readonly T[], most: number): readonly T[] {
  const stride = Math.ceil(points.length / most);
  return stride <= 1
    ? points
    : points.filter((_, index) => index % stride === 0 || index === points.length - 1);
}
