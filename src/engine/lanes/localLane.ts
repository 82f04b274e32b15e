import { readModelWithHead } from '../../files/addedHead';
import { openModel } from '../../models/openModel';
import type { Transformer } from '../../models/transformer';
import { openDevice, type OpenDevice } from '../../tensors/device';
import { UnitRunner, type ScoringSettings, type UnitOrder } from '../scoring/unitRunner';
import type { Update } from '../scoring/work';
import type { Lane, LaneOptions } from './lane';

/** Scores in this process. */
export class LocalLane implements Lane {
  readonly peakBytes = 0;
  private runner: UnitRunner | undefined;

  private constructor(
    private readonly model: Transformer,
    readonly device: OpenDevice,
  ) {}

  static async open({ model, head, device, threads }: LaneOptions): Promise<LocalLane> {
    const opened = await openDevice(device, threads);
    return new LocalLane(openModel(await readModelWithHead(model, head)), opened);
  }

  run(
    order: UnitOrder,
    settings: ScoringSettings,
    report: (update: Update) => void,
    signal: AbortSignal,
  ): Promise<void> {
    // A lane is opened for one score: its settings do not change.
    this.runner ??= new UnitRunner(this.model, settings);
    return this.runner.run(order, report, signal);
  }

  async close(): Promise<void> {
    await this.runner?.dispose();
    await this.model.dispose();
  }
}
