import type { Transformer } from '../../models/transformer';
import { batchFlops, blockFlops, headFlops } from './cost';
import type { MemoryMode } from '../../shared/words';
import type { Unit, Update, WorkItem } from './work';

/** How much of a score is done, counted in arithmetic. */
export class ScoreProgress {
  private readonly total: number;
  private readonly again: boolean;
  private done = 0;
  private readonly known = new Set<string>();

  /** @param unitOf the units as they are computed now */
  constructor(
    private readonly model: Transformer,
    private readonly items: readonly WorkItem[],
    private readonly unitOf: (index: number) => Unit | undefined,
    mode: MemoryMode,
  ) {
    this.again = mode === 'streaming';
    this.total = items.reduce((sum, { batch }) => sum + batchFlops(model, batch, this.again), 0);
  }

  /** 0 to 1 */
  get share(): number {
    return this.total > 0 ? Math.min(1, this.done / this.total) : 1;
  }

  add(update: Update): void {
    // A unit that begins anew tells again what was done before.
    const key = keyOf(update);
    if (this.known.has(key)) return;
    this.known.add(key);
    this.done += this.flopsOf(update);
  }

  /** Counts an item as done that is not wanted any more: what is done never becomes less of the whole. */
  skip(item: number): void {
    const batch = this.items[item]?.batch;
    if (batch !== undefined) this.done += batchFlops(this.model, batch, this.again);
  }

  private flopsOf(update: Update): number {
    const { model } = this;
    const batches = (this.unitOf(update.unit)?.items ?? []).flatMap((item) => this.items[item]?.batch ?? []);
    const sum = (of: (batch: WorkItem['batch']) => number): number =>
      batches.reduce((total, batch) => total + of(batch), 0);
    switch (update.kind) {
      case 'batch': {
        const batch = this.items[update.item]?.batch;
        return batch === undefined ? 0 : batchFlops(model, batch, false);
      }
      case 'forward':
        return update.layer === 0 ? 0 : sum((batch) => blockFlops(model, update.layer - 1, batch).forward);
      case 'losses':
        return sum((batch) => headFlops(model, batch));
      case 'layer':
        return sum((batch) => {
          const { forward, backward } = blockFlops(model, update.layer, batch);
          return forward + backward;
        });
      case 'whole':
        return 0;
    }
  }
}

/** What an update is the only one of. */
const keyOf = (update: Update): string =>
  `${update.kind} ${update.unit} ${'layer' in update ? update.layer : 'item' in update ? update.item : ''}`;

/** What an update says of the step that is done, for people. @param layers blocks of the model */
export function stepOf(update: Update, layers: number): string | undefined {
  switch (update.kind) {
    case 'forward':
      return update.layer === 0 ? undefined : `forward, block ${update.layer} of ${layers}`;
    case 'losses':
      return 'loss';
    case 'layer':
      return `backward, block ${update.layer + 1} of ${layers}`;
    default:
      return undefined;
  }
}
