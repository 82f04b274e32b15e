/** The largest of many numbers, -Infinity of none. `Math.max(...values)` fails beyond some hundred thousand. */
export function largestOf(values: Iterable<number>): number {
  let largest = -Infinity;
  for (const value of values) if (value > largest) largest = value;
  return largest;
}
