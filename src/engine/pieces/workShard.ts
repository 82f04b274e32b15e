import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { Journal } from '../../files/journal';
import { LocalLane } from '../lanes/localLane';
import { OrderedWrites } from '../orderedWrites';
import { updateSchema } from '../scoring/scoreStore';
import type { UnitOrder } from '../scoring/unitRunner';
import { advance, isFinished, notBegun, type Update } from '../scoring/work';
import type { PieceWork } from './order';
import { attemptsOf, linesFile, linesOf } from './pieceFolder';
import type { PieceSite } from './workTraining';

/** Batches are typed arrays, which JSON has no word for. */
export const unitsFile = (piece: string): string => path.join(piece, 'units.bin');
export const unitsBytes = (units: readonly UnitOrder[]): Buffer => serialize(units);

/**
 * Scores units, as a lane does, and tells each update in the attempt's lines. What attempts before it have told is not done again.
 * @throws LabError cancelled, and what a lane throws
 */
export async function workShard(
  { piece, attempt, threads, signal }: PieceSite,
  { lane: options, settings }: Extract<PieceWork, { kind: 'shard' }>,
): Promise<void> {
  const units = deserialize(await readFile(unitsFile(piece))) as UnitOrder[];
  const before: Update[] = [];
  for (const other of await attemptsOf(piece))
    for (const value of await linesOf(other)) before.push(updateSchema.parse(value));
  const journal = await Journal.open(linesFile(attempt));
  const lines = new OrderedWrites();
  try {
    const lane = await LocalLane.open({ ...options, threads });
    try {
      const report = (update: Update): void => lines.push(() => journal.append(update));
      for (const unit of units) {
        const order = goingOn(unit, before, settings, attempt);
        if (order !== undefined) await lane.run(order, settings, report, signal);
      }
    } finally {
      await lane.close();
    }
    await lines.drained();
  } finally {
    await journal.close();
  }
}

/** What is left of a unit; undefined where nothing is. */
function goingOn(
  order: UnitOrder,
  before: readonly Update[],
  { mode, taylor }: Extract<PieceWork, { kind: 'shard' }>['settings'],
  attempt: string,
): UnitOrder | undefined {
  const { unit } = order;
  const layers = Math.max(0, ...before.map((update) => ('layer' in update ? update.layer : 0)));
  const mine = before.filter((update) => update.unit === unit.index);
  const progress = mine.reduce((state, update) => advance(state, update, layers), order.progress);
  if (isFinished(unit, progress, mode, taylor)) return undefined;
  // Hidden states are an attempt's own: two that work at once would write over each other's.
  const folder = path.join(attempt, 'state', `unit-${unit.index}`);
  return { ...order, folder, progress: mode === 'streaming' ? notBegun : progress };
}
