import type { Labels } from '../../models/heads/head';
import { readDownProjections, type DownProjection } from '../../adapters/downProjections';
import type { Transformer } from '../../models/transformer';
import type { MemoryMode } from '../../shared/words';
import { breathe } from './breathe';
import { endGroupBehind, recorded, wholeOf, type Gathering } from './gathering';
import { MeanGradients } from './meanGradients';
import { StreamedUnit } from './streamedUnit';
import { loadWhole, scoreOnTape } from './tapePass';
import type { Unit, UnitProgress, Update, WorkItem } from './work';

/** A unit with all that it needs; can be sent to another process. */
export interface UnitOrder {
  readonly unit: Unit;
  /** In the order of `unit.items`. */
  readonly items: readonly WorkItem[];
  readonly progress: UnitProgress;
  /** Folder for hidden states, of this unit alone. */
  readonly folder: string;
}

export interface ScoringSettings {
  readonly mode: MemoryMode;
  readonly labels: Labels;
  /** Also what needs the whole gradient. */
  readonly taylor: boolean;
  /** That of this many groups of samples as well; 1 where absent. */
  readonly groups?: number | undefined;
  /** Folder of a PEFT adapter whose A is given: the gradient of its B at B = 0 is scored too. */
  readonly adapter?: string | undefined;
}

/** Computes units in this process. */
export class UnitRunner {
  private downs: Promise<Map<string, DownProjection>> | undefined;

  constructor(
    private readonly model: Transformer,
    private readonly settings: ScoringSettings,
  ) {}

  /**
   * @param report called with every update, in order
   * @throws LabError cancelled, loss-not-finite, out-of-memory, and what reading weights throws
   */
  async run(order: UnitOrder, report: (update: Update) => void, signal: AbortSignal): Promise<void> {
    const means = this.settings.taylor ? new MeanGradients(this.model.folder.family.shape) : undefined;
    const { adapter } = this.settings;
    const downs = adapter === undefined ? new Map<string, DownProjection>() : await this.downsOf(adapter);
    const gathering = { means, downs, groups: this.settings.groups ?? 1 };
    try {
      const { mode, labels } = this.settings;
      if (mode === 'streaming')
        await new StreamedUnit(this.model, order, labels, gathering, report, signal).run();
      else await this.onTape(order, gathering, report, signal);
    } finally {
      means?.dispose();
    }
  }

  /** Frees what stays between units. */
  async dispose(): Promise<void> {
    // Where they could not be read there is nothing to free.
    const downs = await this.downs?.catch(() => undefined);
    for (const { a } of downs?.values() ?? []) a.dispose();
    this.downs = undefined;
  }

  private downsOf(adapter: string): Promise<Map<string, DownProjection>> {
    return (this.downs ??= readDownProjections(adapter, this.model.folder));
  }

  private async onTape(
    order: UnitOrder,
    gathering: Gathering,
    report: (update: Update) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { model } = this;
    const { unit, items, progress } = order;
    await loadWhole(model);
    for (const [place, { batch }] of items.entries()) {
      const item = unit.items[place] ?? 0;
      // Sums of gradients are not in the journal: with them a unit begins anew.
      if (gathering.means === undefined && progress.done.has(item)) continue;
      await breathe(signal);
      const { result, norms } = await recorded(batch, model.modules, gathering, (recorder) =>
        scoreOnTape(model, batch, this.settings.labels, recorder),
      );
      await endGroupBehind(gathering, model.modules, model, order, place);
      report({ kind: 'batch', unit: unit.index, item, losses: result, norms });
    }
    const { means } = gathering;
    if (means !== undefined) report(await wholeOf(means, model.modules, model, order));
  }
}
