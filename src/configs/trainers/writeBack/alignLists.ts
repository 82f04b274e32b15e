import type { ConfigNode } from '../tree';
import { says, type PlainValue } from './plainValue';

/** How a list becomes another one. */
export interface ListChange {
  /** New values by the number of the item whose place they take. */
  readonly replaced: ReadonlyMap<number, PlainValue>;
  readonly removed: ReadonlySet<number>;
  /** Behind which item of the old list; -1 before all. */
  readonly added: readonly { readonly after: number; readonly value: PlainValue }[];
}

/** The longest common subsequence stays; between its members, items are replaced one by one, then removed or added. */
export function alignLists(items: readonly ConfigNode[], wanted: readonly PlainValue[]): ListChange {
  const replaced = new Map<number, PlainValue>();
  const removed = new Set<number>();
  const added: { after: number; value: PlainValue }[] = [];
  let [item, value] = [0, 0];
  for (const [keptItem, keptValue] of [
    ...commonMembers(items, wanted),
    [items.length, wanted.length] as const,
  ]) {
    while (item < keptItem && value < keptValue) replaced.set(item++, wanted[value++] ?? null);
    while (item < keptItem) removed.add(item++);
    while (value < keptValue) added.push({ after: keptItem - 1, value: wanted[value++] ?? null });
    item = keptItem + 1;
    value = keptValue + 1;
  }
  return { replaced, removed, added };
}

/** Pairs of places, in rising order. */
function commonMembers(
  items: readonly ConfigNode[],
  wanted: readonly PlainValue[],
): (readonly [number, number])[] {
  const columns = wanted.length + 1;
  const lengths = new Uint32Array((items.length + 1) * columns);
  const at = (item: number, value: number): number => lengths[item * columns + value] ?? 0;
  const isSame = (item: number, value: number): boolean => says(items[item], wanted[value] ?? null);
  for (let item = items.length - 1; item >= 0; item -= 1) {
    for (let value = wanted.length - 1; value >= 0; value -= 1) {
      lengths[item * columns + value] = isSame(item, value)
        ? at(item + 1, value + 1) + 1
        : Math.max(at(item + 1, value), at(item, value + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  let [item, value] = [0, 0];
  while (item < items.length && value < wanted.length) {
    if (isSame(item, value)) pairs.push([item++, value++]);
    else if (at(item + 1, value) >= at(item, value + 1)) item += 1;
    else value += 1;
  }
  return pairs;
}
