/** From numbers to places on paper. */
export interface Scale {
  (value: number): number;
  /** Round numbers within its domain, ascending. */
  readonly ticks: readonly number[];
}

type Span = readonly [from: number, to: number];

/**
 * A linear scale. A domain without extent becomes one around its number.
 * @param domain as it is, not rounded
 * @param range in pixels; may fall
 * @param ticks about so many
 */
export function linear(domain: Span, range: Span, ticks = 5): Scale {
  const [low, high] = domain[0] === domain[1] ? [domain[0] - 0.5, domain[1] + 0.5] : domain;
  const [from, to] = range;
  const place = (value: number): number => from + ((value - low) / (high - low)) * (to - from);
  return Object.assign(place, { ticks: roundNumbers(low, high, ticks) });
}

/** The same over logarithms: ticks are 1, 2 and 5 times powers of ten where there is room, else powers of ten. */
export function logarithmic(domain: Span, range: Span, most = 6): Scale {
  const [low, high] = domain[0] === domain[1] ? [domain[0] / 2, domain[1] * 2] : domain;
  const inner = linear([Math.log(low), Math.log(high)], range);
  const powers = Array.from(
    { length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
    (_, at) => 10 ** (Math.floor(Math.log10(low)) + at),
  );
  const within = (factors: readonly number[]): number[] =>
    powers.flatMap((power) => factors.map((factor) => factor * power)).filter((n) => n >= low && n <= high);
  const choices = [within([1, 2, 5]), within([1, 3]), within([1])];
  const ticks = choices.find(({ length }) => length <= most) ?? everyFew(within([1]), most);
  return Object.assign((value: number) => inner(Math.log(value)), { ticks });
}

const everyFew = (values: readonly number[], most: number): number[] => {
  const gap = Math.ceil(values.length / most);
  return values.filter((_, at) => at % gap === 0);
};

/** Multiples of 1, 2 or 5 times a power of ten, about so many. */
function roundNumbers(low: number, high: number, count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // By multiplication, so that 0.1 times 3 is no 0.30000000000000004 to be printed.
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

/** The least and the greatest, with some room at both ends. @param room as a share of the extent */
export function spanOf(values: readonly number[], room = 0): [number, number] {
  const [low, high] = values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
  if (low > high) return [0, 1];
  const extra = room * (high - low || Math.abs(high) || 1);
  return [low - extra, high + extra];
}
