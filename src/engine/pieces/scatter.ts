import type { Device } from '../../shared/words';
import type { ScoreRequest } from '../request';
import { updateSchema } from '../scoring/scoreStore';
import type { ScoringSettings, UnitOrder } from '../scoring/unitRunner';
import { updateKey, type Update } from '../scoring/work';
import type { Piece } from './piece';
import type { PieceRunner } from './pieceRunner';
import { unitsBytes } from './workShard';

/** Shards where it is not said how many pieces may go on at once. */
const usualShards = 8;
const shardPrefix = 'score-';

/**
 * Has units scored by an executor, in shards: values of samples are sums over nothing but the sample, so shards merge exactly.
 * What shards of a process that was stopped have told counts first; what is left is cut anew.
 */
export class Scatter {
  private readonly seen: Set<string>;
  private isFirst = true;

  /**
   * @param known what was told before, of the same cut; undefined where the work was cut anew, and what shards of another cut have told is
   * about other units
   */
  constructor(
    private readonly pieces: PieceRunner,
    private readonly request: ScoreRequest,
    private readonly device: Device | undefined,
    private readonly known: readonly Update[] | undefined,
  ) {
    this.seen = new Set(known?.map(updateKey));
  }

  /** @throws LabError as `PieceRunner.run` */
  async run(
    orders: readonly UnitOrder[],
    settings: ScoringSettings,
    take: (update: Update) => void,
  ): Promise<void> {
    const { pieces } = this;
    const line = (value: unknown): Promise<boolean> => {
      const update = updateSchema.parse(value);
      const key = updateKey(update);
      if (this.seen.has(key)) return Promise.resolve(false);
      this.seen.add(key);
      take(update);
      return Promise.resolve(true);
    };
    if (this.isFirst) {
      this.isFirst = false;
      const before = this.seen.size;
      await pieces.recover(shardPrefix, this.known === undefined ? () => Promise.resolve(false) : line);
      // Who asked knows what is left then.
      if (this.seen.size > before) return;
    }
    await pieces.run(this.shardsOf(orders, settings), { line: (_piece, value) => line(value) });
  }

  private shardsOf(orders: readonly UnitOrder[], settings: ScoringSettings): Piece[] {
    const { request, pieces, device = request.device } = this;
    // Rounds have different ones.
    const first = orders[0]?.unit.index ?? 0;
    const count = Math.min(orders.length, pieces.settings.atOnce ?? usualShards);
    return Array.from({ length: count }, (_, shard): Piece => {
      const units = orders.filter((_order, at) => at % count === shard);
      const lane = {
        ...{ model: request.model, device },
        ...(request.head === undefined ? {} : { head: request.head }),
      };
      return {
        ...{ name: `${shardPrefix}${first}-${shard}`, title: `Part ${shard + 1} of ${count} of the score` },
        ...{ device, work: { kind: 'shard', lane, settings } },
        files: new Map([['units.bin', unitsBytes(units)]]),
      };
    });
  }
}
