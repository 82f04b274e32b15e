import { rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Adapter } from '../../adapters/adapter';
import { countParameters } from '../../adapters/parameter';
import { WithHead } from '../../adapters/withHead';
import type { Experiment } from '../../configs/experiment/experiment';
import { requireUnchanged } from '../../files/modelFolder';
import { resumeFile, runFiles } from '../../files/runs';
import { trainingReport } from '../../planning/trainingReport';
import { cancelled, LabError, toLabError } from '../../shared/errors';
import type { TaskMetrics } from '../../shared/runEvents';
import type { Device, Plan } from '../../shared/words';
import { openDevice, type OpenDevice } from '../../tensors/device';
import type { OrderedWrites } from '../orderedWrites';
import { relativeTo } from '../runRecord';
import type { RunWriter } from '../runWriter';
import { cardHolder, hostHolder } from '../scoring/holder';
import { loadWhole } from '../scoring/tapePass';
import { adapterOf } from './adapterOf';
import { readCheckpoint, removeCheckpoints, writeCheckpoint } from './checkpoint';
import type { EvaluationSet } from './evaluate';
import { settingsOf } from './fromExperiment';
import type { PreparedTraining } from './prepareTraining';
import { saveTrained, type TrainedAdapter } from './saveTrained';
import { TrainingOrder } from './stepBatches';
import { trainedHead } from './trainedHead';
import { chooseTrainingMemory } from './trainingMemory';
import { TrainingForecast } from './trainingForecast';
import { Trial } from './trial';
import type { TrialEvent } from './trialEvents';

export interface TrainOptions {
  /** Absolute path of the run's folder. */
  readonly run: string;
  readonly device: Device | 'auto';
  readonly version: string;
  /** Go on with the run that is there, from the last checkpoint, with the seeds and the plan that it was begun with. */
  readonly resume?: boolean;
  /** Instead of the experiment's own. */
  readonly plan?: Plan | undefined;
  /** Instead of the experiment's own: one training for each. */
  readonly seeds?: readonly number[] | undefined;
  /** Called after each write to the run's journal. */
  readonly told: (writer: RunWriter) => void;
  /** Milliseconds between two checkpoints beside those of evaluations. */
  readonly saveEvery?: number;
}

/** Of a run's journal, record and report, about. */
const journalBytes = 100_000;

/** All trials of an experiment, one for each seed, into a run's folder. */
export class Training {
  private readonly started = performance.now();
  private device: OpenDevice | undefined;
  private forecast: TrainingForecast | undefined;

  constructor(
    private readonly experiment: Experiment,
    private readonly options: TrainOptions,
    private readonly prepared: PreparedTraining,
    private readonly writer: RunWriter,
    private readonly events: OrderedWrites,
    private readonly signal: AbortSignal,
  ) {}

  async run(): Promise<void> {
    const { experiment, options, writer } = this;
    const { model, data, head, work } = this.prepared;
    const { architecture, layers, parameters } = model.folder;
    await writer.record({
      type: 'model',
      model: relativeTo(path.dirname(experiment.file), experiment.model),
      ...{ architecture, layers, parameters },
      modules: model.modules.map((module) => ({ ...module })),
    });
    const whole = head.map(({ name }) => name).join(', ');
    const notes = head.length === 0 ? [] : [`Of the head, ${whole} are trained whole beside the adapters.`];
    for (const text of [...data.notes, ...notes]) await writer.record({ type: 'note', text });
    for (const [index, seed] of work.seeds.entries()) {
      if (!(await exists(this.adapterFolder(`seed-${seed}`)))) await this.train(seed, index);
    }
    await requireUnchanged(model.folder);
    await removeCheckpoints(options.run);
    await writer.record({
      type: 'actual',
      actual: {
        seconds: (performance.now() - this.started) / 1000,
        memoryBytes: process.resourceUsage().maxRSS * 1024,
        diskBytes: await writer.diskBytes(),
      },
    });
    await writer.record({ type: 'stage', stage: 'report' });
    await writer.write(runFiles.report, trainingReport(writer.state));
  }

  private async train(seed: number, index: number): Promise<void> {
    const { experiment, options, events, writer } = this;
    const { model, data, adapted, head: headTensors, work } = this.prepared;
    const name = `seed-${seed}`;
    const settings = settingsOf(experiment, name, seed);
    const { steps } = new TrainingOrder(data.mixture, settings.batchSize, settings.epochs, seed);
    const inner = adapterOf(experiment, adapted, model.spec.width, steps, seed);
    const head = await trainedHead(headTensors);
    const adapter: Adapter = head.length === 0 ? inner : new WithHead(inner, head);
    const device = await this.open();
    const memory = chooseTrainingMemory(
      model,
      [...data.samples, ...[...data.validation, ...data.test].flatMap(({ samples }) => samples)],
      {
        parameters: adapter.parameters.reduce((sum, { values }) => sum + values.length, 0),
        firstLayer: adapter.layers[0] ?? 0,
      },
      device.card === undefined ? hostHolder(device.device !== 'tensorflow') : cardHolder(device.card),
    );
    const { mode, bytes: processBytes } = memory;
    await writer.record({
      ...{ type: 'memory', mode, processes: 1, threads: os.availableParallelism(), processBytes },
      stateBytes: 0,
      ...(device.card === undefined ? {} : { card: device.card.name }),
    });
    if (memory.streaming) await model.head.load();
    else await loadWhole(model);
    if (this.signal.aborted) throw cancelled();
    await writer.record({ type: 'stage', stage: 'train' });
    const emit = (event: TrialEvent): void => {
      events.push(() => writer.record(event));
      this.foresee(event, trial, adapter, processBytes);
      if (event.type !== 'step' && event.type !== 'trial') return;
      const done = event.type === 'step' ? event.step : event.fromStep;
      const share = (index + done / steps) / work.seeds.length;
      events.push(() =>
        writer.record({ type: 'progress', share, step: `${name}, step ${done} of ${steps}` }),
      );
    };
    const trial = new Trial(model, adapter, settings, data, memory, memory.tokens, {
      emit,
      written: () => events.drained(),
      save: async (which, checkpoint) => {
        // A checkpoint never is ahead of the journal: what it goes on behind would be missing there.
        await events.drained();
        await writeCheckpoint(options.run, which, checkpoint);
      },
      signal: this.signal,
      saveEvery: options.saveEvery ?? 30_000,
    });
    const trained = (): TrainedAdapter => ({
      ...{ experiment, adapted, adapter: inner, steps },
      head: adapter.head ?? [],
    });
    const last = options.resume === true ? await readCheckpoint(options.run, name, 'last') : undefined;
    try {
      if (last !== undefined) trial.restore(last);
      await trial.run();
    } catch (thrown) {
      const error = toLabError(thrown);
      throw error.code === 'training-diverged' ? await this.keepBest(error, name, trial, trained) : thrown;
    }
    await events.drained();
    const step = await this.takeBest(name, trial);
    const metrics: TaskMetrics[] = [];
    for (const set of data.test) metrics.push(await trial.measure(set));
    if (metrics.length > 0) {
      await writer.record({ type: 'evaluated', trial: name, step, split: 'test', metrics, best: true });
    }
    await writer.record({ type: 'stage', stage: 'write' });
    await this.save(name, trained());
  }

  /** Once, as soon as it can be told, what the whole training will have taken. */
  private foresee(event: TrialEvent, trial: Trial, adapter: Adapter, memoryBytes: number): void {
    const { data, work } = this.prepared;
    const samplesOf = (sets: readonly EvaluationSet[]): number =>
      sets.reduce((sum, { samples }) => sum + samples.length, 0);
    const { steps, evaluations } = trial;
    const trials = work.seeds.length;
    const tests = samplesOf(data.test) / Math.max(1, samplesOf(data.validation));
    this.forecast ??= new TrainingForecast({ trials, steps, evaluations, tests });
    const seconds = this.forecast.see(event, performance.now());
    if (seconds === undefined) return;
    const diskBytes = 4 * trials * countParameters(adapter.parameters) + journalBytes;
    this.events.push(() =>
      this.writer.record({ type: 'estimate', estimate: { seconds, memoryBytes, diskBytes } }),
    );
  }

  private async open(): Promise<OpenDevice> {
    if (this.device !== undefined) return this.device;
    const { options, writer } = this;
    await writer.record({ type: 'stage', stage: 'probe' });
    // A run that goes on computes on what it began on: another device has other last digits.
    const before = options.resume === true ? writer.state.device?.name : undefined;
    const opened = await openDevice(before ?? options.device, os.availableParallelism());
    const { device, description, gflops, refused } = opened;
    await writer.record({ type: 'device', device, description, gflops, refused: [...refused] });
    writer.note({ device });
    return (this.device = opened);
  }

  /** Makes the adapter what it was at its best evaluation. @returns the steps that it had */
  private async takeBest(name: string, trial: Trial): Promise<number> {
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

  private async save(name: string, trained: TrainedAdapter): Promise<void> {
    const saved = this.adapterFolder(name);
    const base = relativeTo(saved, this.experiment.model);
    for (const text of await saveTrained(saved, this.prepared.model, trained, base)) {
      await this.writer.record({ type: 'note', text });
    }
    await this.writer.record({ type: 'wrote', path: `adapters/${name}` });
  }

  /** A training that ran away would run away again: what it was at its best is saved, and nothing goes on from it. */
  private async keepBest(
    error: LabError,
    name: string,
    trial: Trial,
    trained: () => TrainedAdapter,
  ): Promise<LabError> {
    await this.events.drained();
    await this.takeBest(name, trial);
    const kept = `${name}-before-it-diverged`;
    await this.save(kept, trained());
    await rm(resumeFile(this.options.run), { force: true });
    return new LabError(
      error.code,
      error.message,
      `${error.next} The best adapter before that is in adapters/${kept}.`,
    );
  }

  private adapterFolder(name: string): string {
    return path.join(this.options.run, 'adapters', name);
  }
}

const exists = async (folder: string): Promise<boolean> =>
  (await stat(folder).catch(() => undefined))?.isDirectory() === true;
