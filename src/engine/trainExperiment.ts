import { rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Adapter } from '../adapters/adapter';
import { WithHead } from '../adapters/withHead';
import type { Experiment } from '../configs/experiment/experiment';
import { requireUnchanged } from '../files/modelFolder';
import { resumeFile, runFiles } from '../files/runs';
import { trainingReport } from '../planning/trainingReport';
import { cancelled, LabError, toLabError } from '../shared/errors';
import type { TaskMetrics } from '../shared/runEvents';
import type { Device, Plan } from '../shared/words';
import { openDevice, type OpenDevice } from '../tensors/device';
import { headFor, headOf } from './headFor';
import { OrderedWrites } from './orderedWrites';
import { newManifest, relativeTo, requireMine } from './runRecord';
import type { EventSink } from './request';
import { RunWriter } from './runWriter';
import { cardHolder, hostHolder } from './scoring/holder';
import { loadWhole } from './scoring/tapePass';
import { adapterOf } from './training/adapterOf';
import { headRequest, settingsOf } from './training/fromExperiment';
import { readCheckpoint, removeCheckpoints, writeCheckpoint } from './training/checkpoint';
import {
  prepareTraining,
  readWork,
  requireSameWork,
  writeWork,
  type PreparedTraining,
} from './training/prepareTraining';
import { saveTrained, type TrainedAdapter } from './training/saveTrained';
import { TrainingOrder } from './training/stepBatches';
import { trainedHead } from './training/trainedHead';
import { chooseTrainingMemory } from './training/trainingMemory';
import { Trial } from './training/trial';
import type { TrialEvent } from './training/trialEvents';

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

/**
 * Trains an experiment's adapters, once for each seed, into a run folder: journal, checkpoints in `state/` while it lasts,
 * the best adapter of each seed in `adapters/`.
 *
 * @throws LabError what ended the run; the run's folder says the same
 */
export async function trainExperiment(
  experiment: Experiment,
  options: TrainOptions,
  signal: AbortSignal,
): Promise<RunWriter> {
  const { run, version, resume = false } = options;
  const { model, file } = experiment;
  const told = (): void => options.told(writer);
  // A run that cannot go on is left as it is.
  const before = resume ? await resumable(experiment, options) : undefined;
  const seeds = before?.work.seeds ?? options.seeds ?? experiment.train.seeds;
  const about = { run, job: 'train', version, experiment: file, model, seed: seeds[0] ?? 1 } as const;
  const manifest = await newManifest(about);
  const writer: RunWriter = resume
    ? await RunWriter.reopen(run, told)
    : await RunWriter.create(run, manifest, told);
  const events = new OrderedWrites();
  let prepared = before;
  try {
    const tasks = experiment.tasks.map(({ name }) => name);
    await writer.record(
      resume
        ? { type: 'resumed' }
        : { type: 'started', job: 'train', experiment: path.basename(file), tasks },
    );
    await writer.record({ type: 'stage', stage: 'load' });
    if (prepared === undefined) {
      const sink: EventSink = (event) => events.push(() => writer.record(event));
      const head = await headFor(headRequest(experiment, options.device, seeds), run, sink, signal);
      await events.drained();
      prepared = await prepareTraining(experiment, version, seeds, options.plan, head);
    }
    const { modelHash, data, work } = prepared;
    const read = data.inputs.map(({ name, file: of, hash }) => ({ name, hash, file: relativeTo(run, of) }));
    writer.note({ inputs: { ...manifest.inputs, modelHash, tasks: read } });
    if (!resume) await writeWork(run, work);
    await new Training(experiment, options, prepared, writer, events, signal).run();
    await writer.finish('done');
    return writer;
  } catch (thrown) {
    // What was told before the failure stands before it.
    await events.drained().catch(() => undefined);
    throw await writer.fail(thrown).catch(() => toLabError(thrown));
  } finally {
    await prepared?.model.dispose();
  }
}

/** @throws LabError run-not-found, run-not-resumable */
async function resumable(experiment: Experiment, { run, version }: TrainOptions): Promise<PreparedTraining> {
  await requireMine(run, 'train', experiment.file);
  const work = await readWork(run);
  const prepared = await prepareTraining(
    experiment,
    version,
    work.seeds,
    work.plan ?? experiment.plan,
    await headOf(run),
  );
  try {
    requireSameWork(run, work, prepared.work);
    return prepared;
  } catch (error) {
    await prepared.model.dispose();
    throw error;
  }
}

class Training {
  private readonly started = performance.now();
  private device: OpenDevice | undefined;

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
