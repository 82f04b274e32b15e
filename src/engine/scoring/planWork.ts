import { groupOf, type Batch } from '../../models/batches';
import type { Transformer } from '../../models/transformer';
import { largestOf } from '../../shared/largestOf';
import { activationBytes } from './activations';
import { batchFlops } from './cost';
import type { MemoryMode } from '../../shared/words';
import type { Unit, WorkItem } from './work';

/** Hidden states of one unit on disk at most. */
const waveDiskBytes = 2e9;
/** Hidden states of one unit in memory at most, in one layer. */
const waveBytes = 128e6;

/**
 * Items of every task in the order in which they are computed: the cheapest of all first, to warm up, and the costliest
 * second, so that time and memory are known early.
 * @param batches of each task
 */
export function itemsOf(model: Transformer, batches: readonly (readonly Batch[])[]): WorkItem[] {
  const items = batches.flatMap((of, task) => of.map((batch) => ({ task, batch })));
  const costs = items.map(({ batch }) => batchFlops(model, batch, false));
  const cheapest = costs.indexOf(-largestOf(costs.map((cost) => -cost)));
  const costliest = costs.indexOf(largestOf(costs));
  const ends = [...new Set([cheapest, costliest])];
  return [...ends, ...items.keys()]
    .filter((index, position) => position < ends.length || !ends.includes(index))
    .flatMap((index) => items[index] ?? []);
}

/**
 * Cuts the items into units. What is computed for an item does not depend on its unit, so this may follow the number of
 * processes.
 * @param taylor whole gradients are summed over a task's samples: all of a task in one unit
 * @param groups of samples, whose items then lie together
 */
export function unitsOf(
  model: Transformer,
  items: readonly WorkItem[],
  mode: MemoryMode,
  processes: number,
  taylor: boolean,
  groups = 1,
): Unit[] {
  if (taylor) {
    const tasks = [...new Set(items.map(({ task }) => task))];
    const group = (item: number): number => groupOf(items[item]?.batch ?? { members: [] }, groups);
    return tasks.map((task, index) => ({
      index,
      items: [...items.keys()]
        .filter((item) => items[item]?.task === task)
        .sort((a, b) => group(a) - group(b) || a - b),
    }));
  }
  if (mode !== 'streaming') return items.map((_, index) => ({ index, items: [index] }));
  const { width } = model.spec;
  const tokensOf = ({ batch }: WorkItem): number => batch.members.length * batch.length;
  const all = items.reduce((sum, item) => sum + tokensOf(item), 0);
  const room = Math.min(waveBytes / (4 * width), waveDiskBytes / activationBytes(1, width, model.layers));
  const waves = Math.max(Math.min(processes, items.length), Math.ceil(all / room));
  const units: number[][] = [[]];
  let filled = 0;
  for (const [index, item] of items.entries()) {
    const open = units.at(-1) as number[];
    // The middle of an item decides where it goes, so that waves come out alike.
    const place = Math.floor(((filled + tokensOf(item) / 2) / all) * waves);
    if (open.length > 0 && place >= units.length) units.push([index]);
    else open.push(index);
    filled += tokensOf(item);
  }
  return units.map((of, index) => ({ index, items: of }));
}

/** Cuts the items of each round into units by themselves; a round's items lie behind those of the one before. */
export function roundUnitsOf(
  model: Transformer,
  rounds: readonly (readonly WorkItem[])[],
  mode: MemoryMode,
  processes: number,
  taylor: boolean,
  groups = 1,
): Unit[] {
  const units: Unit[] = [];
  let first = 0;
  for (const round of rounds) {
    for (const { items } of unitsOf(model, round, mode, processes, taylor, groups))
      units.push({ index: units.length, items: items.map((item) => first + item) });
    first += round.length;
  }
  return units;
}
