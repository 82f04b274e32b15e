import type { Device } from '../../shared/words';
import type { Prepared } from '../prepare';
import type { ScoreRequest } from '../request';
import type { ScoreTally } from '../scoring/scoreTally';
import { updateSchema } from '../scoring/scoreStore';
import type { ScoringSettings, UnitOrder } from '../scoring/unitRunner';
import { isNewUpdate, type Update } from '../scoring/work';
import type { Piece, PieceRunner } from './pieceRunner';
import { unitsBytes } from './workShard';

/** Shards where it is not said how many pieces may go on at once. */
const usualShards = 8;

/**
 * Has units scored by an executor, in shards: values of samples are sums over nothing but the sample, so shards merge exactly.
 * What shards of a process that was stopped have told counts first.
 */
export async function scatter(
  {
    request,
    prepared,
    pieces,
    device,
  }: {
    readonly request: ScoreRequest;
    readonly prepared: Prepared;
    readonly pieces: PieceRunner;
    readonly device: Device | undefined;
  },
  orders: readonly UnitOrder[],
  settings: ScoringSettings,
  tally: ScoreTally,
  take: (update: Update) => void,
): Promise<void> {
  const { layers } = prepared.model;
  const seen = new Map<string, true>();
  // `take` writes first and reckons later: what came twice in between is told apart here.
  const line = (value: unknown): Promise<boolean> => {
    const update = updateSchema.parse(value);
    const key = JSON.stringify(keyOf(update));
    const unit = { index: update.unit, items: [] };
    if (seen.has(key) || !isNewUpdate(tally.progressOf(unit), update, layers)) return Promise.resolve(false);
    seen.set(key, true);
    take(update);
    return Promise.resolve(true);
  };
  let hasRecovered = false;
  if (!pieces.hasRun) {
    await pieces.recover(shardPrefix, async (value) => {
      const isNew = await line(value);
      hasRecovered ||= isNew;
      return isNew;
    });
  }
  // Who asked knows what is left then.
  if (hasRecovered) return;
  // Rounds have different ones.
  const first = orders[0]?.unit.index ?? 0;
  const count = Math.min(orders.length, pieces.settings.atOnce ?? usualShards);
  const all = Array.from({ length: count }, (_, shard): Piece => {
    const units = orders.filter((_order, at) => at % count === shard);
    const lane = { model: request.model, device: device ?? request.device };
    const head = request.head === undefined ? {} : { head: request.head };
    return {
      ...{ name: `${shardPrefix}${first}-${shard}`, title: `Part ${shard + 1} of ${count} of the score` },
      order: {
        version: '',
        device: lane.device,
        seeds: [],
        work: { kind: 'shard', lane: { ...lane, ...head }, settings },
      },
      files: new Map([['units.bin', unitsBytes(units)]]),
    };
  });
  await pieces.run(all, { line: (_piece, value) => line(value) });
}

const shardPrefix = 'score-';

const keyOf = (update: Update): unknown[] => [
  update.kind,
  update.unit,
  ...('item' in update ? [update.item] : []),
  ...('layer' in update ? [update.layer] : []),
  ...('task' in update ? [update.task] : []),
];
