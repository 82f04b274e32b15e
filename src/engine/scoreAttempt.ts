import { tmpdir } from 'node:os';
import { sampleGroups } from '../planning/estimators';
import { cancelled, toLabError, type ErrorCode, type LabError } from '../shared/errors';
import type { Device } from '../shared/words';
import { dispatch } from './lanes/dispatch';
import { probe } from './pieces/probe';
import { Scatter } from './pieces/scatter';
import type { PieceRunner } from './pieces/pieceRunner';
import type { Lane } from './lanes/lane';
import { closeLanes, openLanes, threadsOf } from './lanes/openLanes';
import { deviceEvent } from './openTold';
import { OrderedWrites } from './orderedWrites';
import type { Prepared } from './prepare';
import type { EventSink, ScoreRequest } from './request';
import type { ScoreState } from './scoreModel';
import { ScoreReporter } from './scoreReporter';
import type { Fingerprint } from './scoring/scoreStore';
import type { Ceiling } from './scoring/smallerWork';
import { requireDisk, stateBytes } from './scoring/stateBytes';
import type { UnitOrder } from './scoring/unitRunner';
import { ScoreTally } from './scoring/scoreTally';
import { keptWork, workloadOf, type Workload } from './scoring/workload';
import type { Unit, Update } from './scoring/work';
import { requireUnchanged } from '../files/modelFolder';
import type { CardLimits } from '../tensors/cardLimits';
import type { OpenDevice } from '../tensors/device';

export interface AttemptOptions {
  readonly request: ScoreRequest;
  readonly prepared: Prepared;
  readonly sink: EventSink;
  readonly signal: AbortSignal;
  readonly state: ScoreState | undefined;
  readonly ceiling: Ceiling;
  readonly fingerprint: Fingerprint;
  /** Who scores instead of this process and those it opens. */
  readonly pieces?: PieceRunner | undefined;
  /** Folder of one unit's hidden states. */
  readonly unitFolder: (unit: number) => string;
}

/** What ends the process that holds a card without being the score's own fault: another process goes on from there. */
const passing: ReadonlySet<ErrorCode> = new Set(['device-lost', 'engine-killed', 'engine-crashed']);
/** As often without anything achieved in between. */
const mostRestarts = 2;

/** One way through a score, with the work cut once. */
export class ScoreAttempt {
  /** How the work was cut, once it was. */
  work: Workload | undefined;
  private lanes: readonly Lane[] = [];
  /** What an interrupted run had achieved. */
  private kept: ScoreTally | undefined;
  /** What computes, here or where the pieces are done. */
  private opened: OpenDevice | undefined;
  private peakBytes = 0;
  private achieved = 0;
  /** What computes, once it was opened. */
  private device: { readonly name: Device; readonly card: CardLimits | undefined } | undefined;

  constructor(
    private readonly options: AttemptOptions,
    private readonly cores: number,
  ) {}

  get onCard(): boolean {
    return this.device?.card !== undefined;
  }

  async run(): Promise<{ tally: ScoreTally; work: Workload; device: Device; peakBytes: number }> {
    const { prepared, request, sink, state, signal } = this.options;
    const before = state?.before;
    if (before !== undefined) {
      this.kept = new ScoreTally(prepared, request, keptWork(prepared, before.work));
      for (const update of before.updates) this.kept.take(update);
    }
    try {
      const work = await this.begin();
      const device = this.device?.name ?? before?.work.device;
      if (device === undefined) throw new Error('Nothing was to be scored.');
      const tally = this.kept ?? new ScoreTally(prepared, request, work);
      const reporter = new ScoreReporter(prepared, work, sink, tally);
      reporter.start();
      await this.compute(work, tally, reporter);
      this.countPeaks();
      return { tally, work, device, peakBytes: this.peakBytes };
    } catch (error) {
      // A signal may reach a lane before it reaches us: then the lane's end is not the reason.
      throw signal.aborted ? cancelled() : error;
    } finally {
      await closeLanes(this.lanes);
    }
  }

  /** Opens lanes and cuts the work for what they compute on. */
  private async begin(): Promise<Workload> {
    const { request, state, signal, fingerprint, pieces } = this.options;
    const before = state?.before;
    const wanted = before?.work.device ?? request.device;
    // For the CPU, which it mostly is; of a card it is known what it holds only when it is open.
    let work = wanted === 'webgpu' && !this.nothingIsLeft ? undefined : this.cut(undefined);
    if (work !== undefined && before === undefined) await this.requireDisk(work);
    this.options.sink({ type: 'stage', stage: 'probe' });
    // Where all is done but the writing there is nothing to compute on.
    if (!this.nothingIsLeft && pieces !== undefined) this.opened = await probe(pieces, wanted);
    else if (!this.nothingIsLeft) {
      const processes = work?.processes ?? (request.processes === 0 ? 0 : 1);
      this.lanes = await openLanes(
        { model: request.model, head: request.head, device: wanted },
        processes,
        this.cores,
      );
      this.opened = this.lanes[0]?.device;
    }
    if (signal.aborted) throw cancelled();
    const { opened } = this;
    if (opened !== undefined) this.device = { name: opened.device, card: opened.card };
    if (work === undefined || opened?.card !== undefined) {
      work = this.cut(opened?.card);
      if (before === undefined) await this.requireDisk(work);
    }
    this.work = work;
    this.tell(work);
    if (state !== undefined && before === undefined && this.device !== undefined) {
      await state.store.begin({ version: 1, fingerprint, device: this.device.name, ...cutOf(work) });
    }
    return work;
  }

  private get nothingIsLeft(): boolean {
    return this.kept?.open().length === 0;
  }

  private cut(card: CardLimits | undefined): Workload {
    const { prepared, request, state, ceiling } = this.options;
    const asked = ceiling.streaming === true ? ({ ...request, memory: 'streaming' } as const) : request;
    return workloadOf(
      ...([prepared, asked, this.cores, state?.before?.work] as const),
      (unit) => this.kept?.isOpen(unit) ?? true,
      ...([card, ceiling.tokens] as const),
    );
  }

  private async compute(work: Workload, tally: ScoreTally, reporter: ScoreReporter): Promise<void> {
    const { request, state, signal, pieces } = this.options;
    const scatter =
      pieces && new Scatter(pieces, request, this.device?.name, this.options.state?.before?.updates);
    const { labels, seed, taylor, adapter, estimator } = request;
    const settings = {
      mode: work.mode,
      labels: labels === 'true' ? ({ kind: 'true', seed } as const) : ({ kind: 'empirical' } as const),
      taylor,
      groups: sampleGroups(estimator),
      adapter,
    };
    const journal = new OrderedWrites();
    // Kept first and told afterwards: what was told is there when the run goes on.
    const take = (update: Update): void =>
      journal.push(async () => {
        await requireUnchanged(this.options.prepared.folder);
        await state?.store.add(update);
        this.achieved++;
        reporter.take(update);
      });
    for (let restarts = 0, then = -1; ; restarts = this.achieved > then ? 1 : restarts + 1) {
      then = this.achieved;
      try {
        // Round by round: what a round comes to decides what is wanted of the next.
        for (let open = tally.open(); open.length > 0; open = tally.open()) {
          const orders = this.ordersOf(open, work, tally);
          if (scatter === undefined) await dispatch(this.lanes, orders, settings, take, signal);
          else await scatter.run(orders, settings, take);
          await journal.drained();
        }
        return;
      } catch (thrown) {
        await journal.drained().catch(() => undefined);
        const error = toLabError(thrown);
        const goesOn = this.onCard && passing.has(error.code) && !signal.aborted && restarts < mostRestarts;
        if (!goesOn) throw thrown;
        await this.reopen(error);
      }
    }
  }

  /** Another process takes the card's place. */
  private async reopen(error: LabError): Promise<void> {
    const { request, sink } = this.options;
    sink({ type: 'again', error: error.toPayload(), next: 'Going on from the last result.' });
    this.countPeaks();
    await closeLanes(this.lanes);
    this.lanes = [];
    const device = this.device?.name ?? request.device;
    this.lanes = await openLanes({ model: request.model, head: request.head, device }, 1, this.cores);
  }

  private ordersOf(open: readonly Unit[], work: Workload, tally: ScoreTally): UnitOrder[] {
    return open.map((unit) => ({
      unit,
      items: unit.items.flatMap((item) => work.items[item] ?? []),
      progress: tally.progressOf(unit),
      folder: this.options.unitFolder(unit.index),
    }));
  }

  private countPeaks(): void {
    this.peakBytes = Math.max(
      this.peakBytes,
      this.lanes.reduce((sum, lane) => sum + lane.peakBytes, 0),
    );
  }

  private requireDisk(work: Workload): Promise<void> {
    const { state, prepared } = this.options;
    return requireDisk(state?.store.folder ?? tmpdir(), stateBytes(prepared, work));
  }

  private tell(work: Workload): void {
    const { sink, prepared } = this.options;
    const { opened } = this;
    if (opened === undefined) return;
    sink(deviceEvent(opened));
    sink({
      type: 'memory',
      mode: work.mode,
      processes: Math.max(1, this.lanes.length),
      threads: threadsOf(work.processes, this.cores),
      processBytes: Math.round(work.processBytes),
      stateBytes: stateBytes(prepared, work),
      ...(opened.card === undefined ? {} : { card: opened.card.name }),
    });
  }
}

const cutOf = ({ mode, tokens, units }: Workload) => ({
  mode,
  tokens,
  units: units.map(({ index, items }) => ({ index, items: [...items] })),
});
