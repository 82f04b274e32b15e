import * as tf from '@tensorflow/tfjs';
import { UnitRunner, type ScoringSettings, type UnitOrder } from '../../../../src/engine/scoring/unitRunner';
import { advance, notBegun, type UnitProgress, type Update } from '../../../../src/engine/scoring/work';
import { makeBatches } from '../../../../src/models/batches';
import type { AnySample } from '../../../../src/models/samples';
import type { Transformer } from '../../../../src/models/transformer';
import { memoryModes, type MemoryMode } from '../../../../src/shared/words';

export const never = new AbortController().signal;
export const modes = memoryModes.filter((mode) => mode !== 'micro-batches');

/** One task's samples as one unit of work. @param folder where its hidden states lie while streaming */
export function orderOf(samples: readonly AnySample[], batchSize: number, folder: string): UnitOrder {
  const items = makeBatches(samples, batchSize, 1).map((batch) => ({ task: 0, batch }));
  return { unit: { index: 0, items: [...items.keys()] }, items, progress: notBegun, folder };
}

export const settingsOf = (mode: MemoryMode, change: Partial<ScoringSettings> = {}): ScoringSettings => ({
  mode,
  labels: { kind: 'empirical' },
  taylor: false,
  ...change,
});

/** Runs a unit to its end and gives all that it reported. @param told called with each update as it comes */
export async function updatesOf(
  model: Transformer,
  settings: ScoringSettings,
  order: UnitOrder,
  signal = never,
  told: (update: Update) => void = () => undefined,
): Promise<Update[]> {
  const updates: Update[] = [];
  const report = (update: Update): void => {
    updates.push(update);
    told(update);
  };
  await new UnitRunner(model, settings).run(order, report, signal);
  return updates;
}

export const progressAfter = (updates: readonly Update[], model: Transformer): UnitProgress =>
  updates.reduce((progress, update) => advance(progress, update, model.layers), notBegun);

/** What updates say in the end; a later one counts instead of an earlier one of the same. */
export interface Numbers {
  /** [sample] */
  readonly losses: number[];
  /** [module][sample] */
  readonly norms: number[][];
  /** [module]: mean gradient's squared norm and salience, where asked */
  readonly whole: ([number, number] | undefined)[];
}

export function numbersOf(model: Transformer, order: UnitOrder, updates: readonly Update[]): Numbers {
  const { modules } = model;
  const numbers: Numbers = { losses: [], norms: modules.map(() => []), whole: modules.map(() => undefined) };
  const members = (place: number): readonly number[] => order.items[place]!.batch.members;
  const put = (row: number[], place: number, values: readonly number[]): void =>
    members(place).forEach((sample, member) => (row[sample] = values[member]!));
  for (const update of updates) {
    if (update.kind === 'batch') {
      const place = order.unit.items.indexOf(update.item);
      put(numbers.losses, place, update.losses);
      modules.forEach((_, index) => put(numbers.norms[index]!, place, update.norms[index]!));
    }
    if (update.kind === 'losses') update.losses.forEach((row, place) => put(numbers.losses, place, row));
    if (update.kind === 'layer') {
      const rows = [...modules.keys()].filter((index) => modules[index]!.layer === update.layer);
      update.norms.forEach((norms, place) =>
        rows.forEach((index, row) => put(numbers.norms[index]!, place, norms[row]!)),
      );
    }
    if (update.kind === 'whole')
      for (const { path, meanGradientSquaredNorm, taylor } of update.scores)
        numbers.whole[modules.findIndex((module) => module.path === path)] = [
          meanGradientSquaredNorm,
          taylor,
        ];
  }
  return numbers;
}

/** A signal that reads as aborted from the given look at it on. */
export function signalAt(step: number, looked: () => void = () => undefined): AbortSignal {
  let looks = 0;
  return Object.defineProperty(new AbortController().signal, 'aborted', {
    get: () => {
      looked();
      return looks++ >= step;
    },
  });
}

/** Tensors and pieces of memory on the device. */
export const held = (): { tensors: number; data: number } => ({
  tensors: tf.memory().numTensors,
  data: tf.engine().backend.numDataIds(),
});
