export interface Item {
  /** A positive whole number: sums of them are exact, and so are ties. */
  readonly value: number;
  /** What it takes of each limit. */
  readonly weights: readonly number[];
}

interface State {
  readonly value: number;
  readonly weights: readonly number[];
  /** Places in the order of the search, rising. */
  readonly picks: readonly number[];
}

/**
 * The items of the largest total value that fit (0/1 knapsack with several limits), exactly: dynamic programming over sets
 * that no other dominates, those left out that cannot reach the best known value any more.
 *
 * Among sets of equal value the lightest is taken, the last limit counting first; then that of the items that are worth most
 * for it, then of lower index. The order knows no limit: a larger one can only lead to a set that did not fit before.
 *
 * @param room of each limit, infinite for none
 * @returns indices, rising
 */
export function knapsack(items: readonly Item[], room: readonly number[]): number[] {
  const last = room.length - 1;
  const order = items
    .map((_, index) => index)
    .sort((a, b) => worth(items[b], last) - worth(items[a], last) || a - b);
  const sorted = order.map((index) => items[index] as Item);
  const bounds = room.map((limit, which) => boundOf(sorted, which, limit));
  let best = bounds.reduce((most, { order: by }) => Math.max(most, greedy(by, room)), 0);
  let states: State[] = [{ value: 0, weights: room.map(() => 0), picks: [] }];
  sorted.forEach((item, place) => {
    const grown = states.flatMap((state) => {
      const weights = state.weights.map((weight, which) => weight + (item.weights[which] ?? 0));
      const taken = { value: state.value + item.value, weights, picks: [...state.picks, place] };
      return weights.every((weight, which) => weight <= (room[which] ?? 0)) ? [taken, state] : [state];
    });
    for (const { value } of grown) best = Math.max(best, value);
    const reach = ({ value, weights }: State): number =>
      value + Math.min(...bounds.map(({ bound }, which) => bound(place, weights[which] ?? 0)));
    // Half a unit of value: bounds are not whole numbers, and equal sets must not be lost to their rounding.
    states = undominated(grown.filter((state) => reach(state) >= best - 0.5));
  });
  const [first] = states.sort(compare);
  return (first?.picks ?? []).map((place) => order[place] ?? 0).sort((a, b) => a - b);
}

const worth = (item: Item | undefined, which: number): number =>
  item === undefined ? 0 : item.value / (item.weights[which] ?? 0);

/** The value of what fits when items are taken as they come. */
function greedy(items: readonly Item[], room: readonly number[]): number {
  const left = [...room];
  let value = 0;
  for (const { value: own, weights } of items) {
    if (weights.some((weight, which) => weight > (left[which] ?? 0))) continue;
    weights.forEach((weight, which) => (left[which] = (left[which] ?? 0) - weight));
    value += own;
  }
  return value;
}

/** At most this much value can the items behind a place add under one limit, were they divisible. */
function boundOf(items: readonly Item[], which: number, limit: number) {
  const places = items
    .map((_, place) => place)
    .sort((a, b) => worth(items[b], which) - worth(items[a], which) || a - b);
  const bound = (place: number, used: number): number => {
    let left = limit - used;
    let value = 0;
    for (const other of places) {
      if (other <= place) continue;
      const { value: own, weights } = items[other] as Item;
      const weight = weights[which] ?? 0;
      if (weight > left) return value + (own * left) / weight;
      left -= weight;
      value += own;
    }
    return value;
  };
  return { bound, order: places.map((place) => items[place] as Item) };
}

function undominated(states: State[]): State[] {
  const kept: State[] = [];
  for (const state of states.sort(compare)) {
    if (!kept.some(({ weights }) => weights.every((weight, which) => weight <= (state.weights[which] ?? 0))))
      kept.push(state);
  }
  return kept;
}

/** Better first. */
function compare(a: State, b: State): number {
  if (a.value !== b.value) return b.value - a.value;
  for (let which = a.weights.length - 1; which >= 0; which--) {
    const difference = (a.weights[which] ?? 0) - (b.weights[which] ?? 0);
    if (difference !== 0) return difference;
  }
  const at = a.picks.findIndex((place, index) => place !== b.picks[index]);
  return at < 0 ? 0 : (a.picks[at] ?? 0) - (b.picks[at] ?? Infinity);
}
