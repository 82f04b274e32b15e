import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { Journal } from '../../files/journal';
import { LocalLane } from '../lanes/localLane';
import type { UnitOrder } from '../scoring/unitRunner';
import type { Update } from '../scoring/work';
import { OrderedWrites } from '../orderedWrites';
import { linesFile } from './pieceFolder';
import type { PieceWork } from './order';
import type { PieceSite } from './workTraining';

/** Batches are typed arrays, which JSON has no word for. */
export const unitsFile = (piece: string): string => path.join(piece, 'units.bin');
export const unitsBytes = (units: readonly UnitOrder[]): Buffer => serialize(units);

/**
 * Scores units, as a lane does, and tells each update in the attempt's lines.
 * @throws LabError cancelled, and what a lane throws
 */
export async function workShard(
  { piece, attempt, threads, signal }: PieceSite,
  { lane: options, settings }: Extract<PieceWork, { kind: 'shard' }>,
): Promise<void> {
  const units = deserialize(await readFile(unitsFile(piece))) as UnitOrder[];
  const journal = await Journal.open(linesFile(attempt));
  const lines = new OrderedWrites();
  try {
    const lane = await LocalLane.open({ ...options, threads });
    try {
      const report = (update: Update): void => lines.push(() => journal.append(update));
      for (const unit of units) await lane.run(unit, settings, report, signal);
    } finally {
      await lane.close();
    }
    await lines.drained();
  } finally {
    await journal.close();
  }
}
