import type { Batch } from '../../models/batches';
import type { MemoryMode } from '../../shared/words';
import type { WholeGradientScores } from './meanGradients';

/*
 * How memory is spent (`MemoryMode`), chosen by estimate (memory.ts) and shown:
 * - `tape`: the whole model on the device, every activation of a batch kept from forward to backward pass
 * - `micro-batches`: the same with smaller batches than usual
 * - `streaming`: one block on the device at a time, read from disk twice; block inputs on disk between the passes
 */

/** One batch of one task. Its composition is fixed by the data, never by who computes it. */
export interface WorkItem {
  readonly task: number;
  readonly batch: Batch;
}

/** What one process does at a time: one item on a tape, or all the items that share a block's weights while streaming. */
export interface Unit {
  readonly index: number;
  /** Indices of its items. */
  readonly items: readonly number[];
}

/** What a unit has achieved. Each is written to the run's journal as it comes, so that a killed run goes on from there. */
export type Update =
  /** One item on a tape: values of all modules, [module][member]. */
  | {
      readonly kind: 'batch';
      readonly unit: number;
      readonly item: number;
      readonly losses: readonly number[];
      readonly norms: readonly (readonly number[])[];
    }
  /** Streaming: the inputs of block `layer` are on disk; `layers` stands for the head's. */
  | { readonly kind: 'forward'; readonly unit: number; readonly layer: number }
  /** Streaming: the head is done and its gradients are on disk: [item of the unit][member]. */
  | { readonly kind: 'losses'; readonly unit: number; readonly losses: readonly (readonly number[])[] }
  /** Streaming: values of a block's modules, [item of the unit][module of the layer][member]; its input gradients are on disk. */
  | {
      readonly kind: 'layer';
      readonly unit: number;
      readonly layer: number;
      readonly norms: readonly (readonly (readonly number[])[])[];
    }
  /** What needs the whole gradient, of some modules of one task. */
  | {
      readonly kind: 'whole';
      readonly unit: number;
      readonly task: number;
      readonly scores: readonly (WholeGradientScores & { readonly path: string })[];
    };

/** Where a unit goes on. */
export interface UnitProgress {
  /** Items on a tape that are done. */
  readonly done: ReadonlySet<number>;
  /** What needs the whole gradient is there. */
  readonly whole: boolean;
  /** Streaming: the block whose inputs are on disk; undefined at the very start. */
  readonly forward: number | undefined;
  /** Streaming: the last block that was differentiated, or the number of blocks where the head was; undefined before. */
  readonly backward: number | undefined;
}

export const notBegun: UnitProgress = {
  done: new Set(),
  whole: false,
  forward: undefined,
  backward: undefined,
};

/** @param layers blocks of the model */
export function advance(progress: UnitProgress, update: Update, layers: number): UnitProgress {
  switch (update.kind) {
    case 'batch':
      return { ...progress, done: new Set([...progress.done, update.item]) };
    case 'forward':
      return { ...progress, forward: update.layer };
    case 'losses':
      return { ...progress, backward: layers };
    case 'layer':
      return { ...progress, backward: update.layer };
    case 'whole':
      return { ...progress, whole: true };
  }
}

/** The same for two updates that say the same, of one unit's work that two processes did. */
export const updateKey = (update: Update): string =>
  JSON.stringify([
    update.kind,
    update.unit,
    'item' in update ? update.item : undefined,
    'layer' in update ? update.layer : undefined,
    update.kind === 'whole' ? [update.task, update.scores.map(({ path }) => path)] : undefined,
  ]);

/** Whether nothing of a unit is left to do. */
export function isFinished(unit: Unit, progress: UnitProgress, mode: MemoryMode, taylor: boolean): boolean {
  if (mode === 'streaming') return progress.backward === 0;
  return unit.items.every((item) => progress.done.has(item)) && (progress.whole || !taylor);
}
