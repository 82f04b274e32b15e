import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Experiment } from '../configs/experiment/experiment';
import { writeFileAtomic } from '../files/atomic';
import { hashModelFolder } from '../files/hash';
import { readModelFolder, requireUnchanged } from '../files/modelFolder';
import { requireComputable } from '../files/quantized';
import { resumeFile, runFiles } from '../files/runs';
import { openModel } from '../models/openModel';
import type { Transformer } from '../models/transformer';
import { trainingReport } from '../planning/trainingReport';
import { cancelled, toLabError } from '../shared/errors';
import type { Device, Plan } from '../shared/words';
import { openDevice, type OpenDevice } from '../tensors/device';
import { OrderedWrites } from './orderedWrites';
import { optionalTokenizer } from './prepare';
import { newManifest, relativeTo, requireMine } from './runRecord';
import { RunWriter } from './runWriter';
import { cardHolder, hostHolder } from './scoring/holder';
import { loadWhole } from './scoring/tapePass';
import { adaptedModules, adapterOf } from './training/adapterOf';
import { readCheckpoint, removeCheckpoints, writeCheckpoint } from './training/checkpoint';
import { evaluate } from './training/evaluate';
import { requireSavable, saveTrained } from './training/saveTrained';
import { orderOf } from './training/stepBatches';
import { readTrainingData, type TrainingData } from './training/trainingData';
import { chooseTrainingMemory, type TrainingMemory } from './training/trainingMemory';
import { Trial, type TrialSettings } from './training/trial';
import type { TrialEvent } from './training/trialEvents';

export interface TrainOptions {
  /** Absolute path of the run's folder. */
  readonly run: string;
  readonly device: Device | 'auto';
  readonly version: string;
  /** Go on with the run that is there, from the last checkpoint. */
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
  const { model: modelPath, file } = experiment;
  if (resume) await requireMine(run, 'train', file);
  const seeds = options.seeds ?? experiment.train.seeds;
  const about = {
    run,
    job: 'train',
    version,
    experiment: file,
    model: modelPath,
    seed: seeds[0] ?? 1,
  } as const;
  const manifest = await newManifest(about);
  const told = (): void => options.told(writer);
  const writer: RunWriter = resume
    ? await RunWriter.reopen(run, told)
    : await RunWriter.create(run, manifest, told);
  const training = new Training(experiment, options, writer, seeds, signal);
  try {
    const tasks = experiment.tasks.map(({ name }) => name);
    await writer.record(
      resume
        ? { type: 'resumed' }
        : { type: 'started', job: 'train', experiment: path.basename(file), tasks },
    );
    await training.run(manifest);
    await writer.finish('done');
    return writer;
  } catch (thrown) {
    // What was told before the failure stands before it.
    await training.events.drained().catch(() => undefined);
    throw await writer.fail(thrown).catch(() => toLabError(thrown));
  }
}

class Training {
  readonly events = new OrderedWrites();
  private readonly started = performance.now();

  constructor(
    private readonly experiment: Experiment,
    private readonly options: TrainOptions,
    private readonly writer: RunWriter,
    private readonly seeds: readonly number[],
    private readonly signal: AbortSignal,
  ) {}

  async run(manifest: Awaited<ReturnType<typeof newManifest>>): Promise<void> {
    const { experiment, options, writer } = this;
    await writer.record({ type: 'stage', stage: 'load' });
    const folder = await readModelFolder(experiment.model);
    requireComputable(folder);
    requireSavable(experiment, folder);
    const model = openModel(folder);
    try {
      const modelName = relativeTo(path.dirname(experiment.file), experiment.model);
      await writer.record({
        type: 'model',
        model: modelName,
        ...{ architecture: folder.architecture, layers: folder.layers, parameters: folder.parameters },
        modules: model.modules.map((module) => ({ ...module })),
      });
      const data = await readTrainingData(experiment, model, await optionalTokenizer(experiment.model));
      const modelHash = await hashModelFolder(folder);
      const tasks = data.inputs.map(({ name, file, hash }) => ({
        name,
        hash,
        file: relativeTo(options.run, file),
      }));
      writer.note({ inputs: { ...manifest.inputs, modelHash, tasks } });
      for (const note of data.notes) await writer.record({ type: 'note', text: note });
      const fingerprint = this.fingerprint(modelHash, data);
      const device = await this.open();
      const names = this.seeds.map((seed) => ({ seed, name: `seed-${seed}` }));
      for (const [index, { seed, name }] of names.entries()) {
        if (await exists(this.adapterFolder(name))) continue;
        await this.train(model, data, device, { seed, name, index, fingerprint, modelName });
      }
      await requireUnchanged(folder);
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
    } finally {
      await model.dispose();
    }
  }

  private async open(): Promise<OpenDevice> {
    const { options, writer } = this;
    await writer.record({ type: 'stage', stage: 'probe' });
    // A run that goes on computes on what it began on: another device has other last digits.
    const before = options.resume === true ? writer.state.device?.name : undefined;
    const device = await openDevice(before ?? options.device, os.availableParallelism());
    const { description, gflops, refused } = device;
    await writer.record({
      type: 'device',
      device: device.device,
      description,
      gflops,
      refused: [...refused],
    });
    writer.note({ device: device.device });
    return device;
  }

  private async train(
    model: Transformer,
    data: TrainingData,
    device: OpenDevice,
    trial: { seed: number; name: string; index: number; fingerprint: string; modelName: string },
  ): Promise<void> {
    const { experiment, options, events, writer } = this;
    const { name, seed, fingerprint } = trial;
    const settings = settingsOf(experiment, name, seed);
    const adapted = adaptedModules(experiment, options.plan ?? experiment.plan, model.modules);
    const { steps } = orderOf(data.mixture, settings);
    const adapter = adapterOf(experiment, adapted, model.spec.width, steps, seed);
    const parameters = adapter.parameters.reduce((sum, { values }) => sum + values.length, 0);
    const memory = chooseTrainingMemory(
      model,
      data.samples,
      { batchSize: settings.batchSize, parameters, firstLayer: adapter.layers[0] ?? 0 },
      device.card === undefined ? hostHolder(device.device !== 'tensorflow') : cardHolder(device.card),
    );
    await this.begin(memory, device, trial.index);
    if (memory.streaming) await model.head.load();
    else await loadWhole(model);
    const emit = (event: TrialEvent): void => {
      events.push(() => writer.record(event));
      if (event.type !== 'step' && event.type !== 'trial') return;
      const done = event.type === 'step' ? event.step : event.fromStep;
      const share = (trial.index + done / steps) / this.seeds.length;
      events.push(() =>
        writer.record({ type: 'progress', share, step: `${name}, step ${done} of ${steps}` }),
      );
    };
    const running = new Trial(model, adapter, settings, data, memory, memory.tokens, fingerprint, {
      emit,
      save: (which, checkpoint) => writeCheckpoint(options.run, which, checkpoint),
      signal: this.signal,
      saveEvery: options.saveEvery ?? 30_000,
    });
    const last = options.resume === true ? await readCheckpoint(options.run, name, 'last') : undefined;
    if (last !== undefined) running.restore(last);
    const outcome = await running.run();
    await events.drained();
    const best = await readCheckpoint(options.run, name, 'best');
    if (best === undefined) throw new Error('The best checkpoint is gone.');
    adapter.restore(best.tensors);
    await this.test(model, running, data, outcome.bestStep, name, memory);
    await writer.record({ type: 'stage', stage: 'write' });
    const saved = this.adapterFolder(name);
    const base = relativeTo(saved, experiment.model);
    for (const text of await saveTrained(saved, model, { experiment, adapted, adapter, steps }, base)) {
      await writer.record({ type: 'note', text });
    }
    await writer.record({ type: 'wrote', path: `adapters/${name}` });
  }

  /** Measures the best adapter on the test data, which nothing was chosen by. */
  private async test(
    model: Transformer,
    trial: Trial,
    data: TrainingData,
    step: number,
    name: string,
    memory: TrainingMemory,
  ): Promise<void> {
    if (data.test.length === 0) return;
    const metrics = await trial.withParameters(async (pass) => {
      const found = [];
      for (const set of data.test) {
        const breath = (): Promise<void> =>
          this.signal.aborted ? Promise.reject(cancelled()) : Promise.resolve();
        found.push(await evaluate(pass, set, memory.tokens, model.spec.lengthBoundary, breath));
      }
      return found;
    });
    await this.writer.record({ type: 'evaluated', trial: name, step, split: 'test', metrics, best: true });
  }

  private async begin(memory: TrainingMemory, device: OpenDevice, index: number): Promise<void> {
    if (index > 0) return;
    const { options, writer } = this;
    await mkdir(path.dirname(resumeFile(options.run)), { recursive: true });
    await writeFileAtomic(resumeFile(options.run), `${JSON.stringify({ version: 1, job: 'train' })}\n`);
    await writer.record({
      type: 'memory',
      ...{ mode: memory.mode, processes: 1, threads: os.availableParallelism(), processBytes: memory.bytes },
      stateBytes: 0,
      ...(device.card === undefined ? {} : { card: device.card.name }),
    });
    await writer.record({ type: 'stage', stage: 'train' });
  }

  private adapterFolder(name: string): string {
    return path.join(this.options.run, 'adapters', name);
  }

  /** Of all that decides a training's numbers. */
  private fingerprint(modelHash: string, { samplesHash }: TrainingData): string {
    const { method, adapter, tasks, train, floe, loraSmoe, lily, dynamicLora, adalora, plan } =
      this.experiment;
    const all = {
      ...{ modelHash, samplesHash, method, adapter, floe, loraSmoe, lily, dynamicLora, adalora },
      weights: tasks.map(({ weight }) => weight),
      train: { ...train, seeds: undefined },
      plan: this.options.plan ?? plan,
      version: this.options.version,
    };
    return `sha256:${createHash('sha256').update(JSON.stringify(all)).digest('hex')}`;
  }
}

const settingsOf = ({ train }: Experiment, name: string, seed: number): TrialSettings => ({
  ...{ name, seed, epochs: train.epochs, batchSize: train.batchSize, weightDecay: train.weightDecay },
  schedule: { peak: train.learningRate, warmupRatio: train.warmupRatio, kind: train.schedule },
  maxGradNorm: train.maxGradNorm,
  evaluationsAnEpoch: train.evaluations,
  patience: train.patience,
});

const exists = async (folder: string): Promise<boolean> =>
  (await stat(folder).catch(() => undefined))?.isDirectory() === true;
