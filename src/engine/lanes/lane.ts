import type { OpenDevice } from '../../tensors/device';
import type { ScoringSettings, UnitOrder } from '../scoring/unitRunner';
import type { Update } from '../scoring/work';
import type { Device } from '../../shared/words';

/** What a lane computes on. */
export interface LaneOptions {
  /** Absolute path of the model folder. */
  readonly model: string;
  /** Absolute path of the head that was made for the model, where it has none of its own. */
  readonly head?: string | undefined;
  readonly device: Device | 'auto';
  /** Threads inside one matrix product. */
  readonly threads: number;
}

/** One process that scores units, one at a time; or this process. */
export interface Lane {
  readonly device: OpenDevice;
  /** @param report called with every update, in order */
  run(
    order: UnitOrder,
    settings: ScoringSettings,
    report: (update: Update) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Largest resident size so far in bytes; 0 for this process, which counts itself. */
  readonly peakBytes: number;
  close(): Promise<void>;
}
