import os from 'node:os';
import type { AdaptedModule } from '../../adapters/adapted';
import type { Adapter } from '../../adapters/adapter';
import { WithHead } from '../../adapters/withHead';
import type { Experiment } from '../../configs/experiment/experiment';
import { requireUnchanged } from '../../files/modelFolder';
import { cancelled, LabError } from '../../shared/errors';
import type { Device } from '../../shared/words';
import { openDevice, type OpenDevice } from '../../tensors/device';
import type { OrderedWrites } from '../orderedWrites';
import type { RunWriter } from '../runWriter';
import { loadWhole } from '../scoring/tapePass';
import type { PieceRunner } from '../pieces/pieceRunner';
import { adapterOf } from './adapterOf';
import { readCheckpoint, writeCheckpoint } from './checkpoint';
import { settingsOf } from './fromExperiment';
import type { PreparedTraining } from './prepareTraining';
import { TrainingOrder } from './stepBatches';
import { trainedHead } from './trainedHead';
import { chooseTrainingMemory } from './trainingMemory';
import { Trial } from './trial';
import { trialAdapter } from './trialAdapter';
import type { TrialEvent } from './trialEvents';
import { holderOf } from '../scoring/holder';
import { deviceEvent } from '../openTold';

/** One training of one adapter. */
export interface TrialOrder {
  /** Names its files and its events. */
  readonly name: string;
  readonly seed: number;
  /** With the adapter's options as this trial has them. */
  readonly experiment: Experiment;
  readonly adapted: readonly AdaptedModule[];
}

/** A trial as it goes on. */
export interface RunningTrial {
  readonly trial: Trial;
  /** Without the head. */
  readonly inner: Adapter;
  readonly adapter: Adapter;
  readonly steps: number;
  /** What the process takes, by estimate. */
  readonly processBytes: number;
}

export interface TrialListener {
  /** Told of every event, after it was given to the journal. */
  readonly heard: (event: TrialEvent, trial: RunningTrial) => void;
  /** Asked after each evaluation but the one before the first step; false ends the trial there. */
  readonly goesOn?: () => Promise<boolean>;
}

export interface TrialRunnerOptions {
  /** Absolute path of the run's folder. */
  readonly run: string;
  readonly device: Device | 'auto';
  /** Trials go on from their checkpoints, on the device that the run began on. */
  readonly resume: boolean;
  /** Milliseconds between two checkpoints beside those of evaluations. */
  readonly saveEvery?: number | undefined;
  /** Of a product; as many as there are cores where absent. Changes no number. */
  readonly threads?: number | undefined;
  /** Who trains instead of this process, where several trainings can go on at once. */
  readonly pieces?: PieceRunner | undefined;
}

/** Runs trials one behind the other over the same model and data, into one run's folder. */
export class TrialRunner {
  private device: OpenDevice | undefined;

  constructor(
    private readonly options: TrialRunnerOptions,
    private readonly prepared: Pick<PreparedTraining, 'model' | 'data' | 'head'>,
    private readonly writer: RunWriter,
    private readonly events: OrderedWrites,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Trains, or goes on with a training that was stopped.
   *
   * @param failed called with what ended it otherwise than by its last step, before that is thrown
   * @throws LabError training-diverged, cancelled, and what devices and disks throw
   */
  async train(
    order: TrialOrder,
    listener: TrialListener,
    failed: (error: unknown, running: RunningTrial) => Promise<unknown> = (error) => Promise.resolve(error),
  ): Promise<RunningTrial> {
    const { options, events, writer } = this;
    const { model, data } = this.prepared;
    const { name, seed, experiment, adapted } = order;
    const settings = settingsOf(experiment, name, seed, trialAdapter(experiment, adapted, model.modules));
    const { steps } = new TrainingOrder(data.mixture, settings.batchSize, settings.epochs, seed);
    const inner = adapterOf(experiment, adapted, model.spec.width, steps, seed);
    const head = await trainedHead(this.prepared.head);
    const adapter: Adapter = head.length === 0 ? inner : new WithHead(inner, head);
    const memory = await this.place(adapter);
    if (this.signal.aborted) throw cancelled();
    await writer.record({ type: 'stage', stage: 'train' });
    const trial = new Trial(model, adapter, settings, data, memory, memory.tokens, {
      emit: (event) => {
        events.push(() => writer.record(event));
        listener.heard(event, running);
      },
      written: () => events.drained(),
      save: async (which, checkpoint) => {
        // A checkpoint never is ahead of the journal: what it goes on behind would be missing there.
        await events.drained();
        // Nor on a disk that a power cut leaves.
        await writer.flush();
        await requireUnchanged(model.folder);
        await writeCheckpoint(options.run, which, checkpoint);
      },
      ...(listener.goesOn === undefined ? {} : { goesOn: listener.goesOn }),
      signal: this.signal,
      saveEvery: options.saveEvery ?? 30_000,
    });
    const running: RunningTrial = { trial, inner, adapter, steps, processBytes: memory.bytes };
    const last = options.resume ? await readCheckpoint(options.run, name, 'last') : undefined;
    try {
      if (last !== undefined) trial.restore(last);
      await trial.run();
      await requireUnchanged(model.folder);
    } catch (thrown) {
      throw await failed(thrown, running);
    }
    await events.drained();
    return running;
  }

  hasBest = async (name: string): Promise<boolean> =>
    (await readCheckpoint(this.options.run, name, 'best')) !== undefined;

  /** Makes the adapter what it was at its best evaluation. @returns the steps that it had */
  async takeBest(name: string, { trial }: RunningTrial): Promise<number> {
    const best = await readCheckpoint(this.options.run, name, 'best');
    if (best === undefined) {
      throw new LabError(
        'run-not-resumable',
        `The best adapter of ${name} is gone from ${this.options.run}.`,
        'Start a new run.',
      );
    }
    trial.take(best);
    return best.facts.step;
  }

  /** Chooses how memory is spent, tells it, and puts the weights there. */
  private async place(adapter: Adapter): Promise<ReturnType<typeof chooseTrainingMemory>> {
    const { model, data } = this.prepared;
    const device = await this.open();
    const memory = chooseTrainingMemory(
      model,
      [...data.samples, ...[...data.validation, ...data.test].flatMap(({ samples }) => samples)],
      {
        parameters: adapter.parameters.reduce((sum, { values }) => sum + values.length, 0),
        firstLayer: adapter.layers[0] ?? 0,
      },
      holderOf(device),
    );
    const { mode, bytes: processBytes } = memory;
    await this.writer.record({
      ...{ type: 'memory', mode, processes: 1, threads: this.threads, processBytes },
      stateBytes: 0,
      ...(device.card === undefined ? {} : { card: device.card.name }),
    });
    if (memory.streaming) await model.head.load();
    else await loadWhole(model);
    return memory;
  }

  private get threads(): number {
    return this.options.threads ?? os.availableParallelism();
  }

  private async open(): Promise<OpenDevice> {
    if (this.device !== undefined) return this.device;
    const { options, writer } = this;
    await writer.record({ type: 'stage', stage: 'probe' });
    // A run that goes on computes on what it began on: another device has other last digits.
    const before = options.resume ? writer.state.device?.name : undefined;
    const opened = await openDevice(before ?? options.device, this.threads);
    await writer.record(deviceEvent(opened));
    writer.note({ device: opened.device });
    return (this.device = opened);
  }
}
