import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import type { Experiment } from '../configs/experiment/experiment';
import { requireUnchanged } from '../files/modelFolder';
import { readManifest, runFiles } from '../files/runs';
import { LabError, toLabError } from '../shared/errors';
import type { ExecutorSettings } from '../shared/executorSettings';
import type { RunManifest } from '../shared/runManifest';
import type { Device, Plan } from '../shared/words';
import { headFor, headOf } from './headFor';
import { OrderedWrites } from './orderedWrites';
import { PieceRunner } from './pieces/pieceRunner';
import type { EventSink } from './request';
import { goingOn, hasBegun, newManifest, relativeTo, requireMine } from './runRecord';
import { RunWriter } from './runWriter';
import { writeReports } from './writeReports';
import { removeCheckpoints, removeState } from './training/checkpoint';
import { headRequest } from './training/fromExperiment';
import {
  inputsOf,
  prepareTraining,
  readWork,
  requireSameWork,
  writeWork,
  type PreparedTraining,
} from './training/prepareTraining';

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
  /** The run that is done once more: its experiment and its head are taken, whatever became of them since. */
  readonly again?: { readonly run: string; readonly experimentHash: string } | undefined;
  /** Called with what was read, before anything is trained; what it throws ends the run. */
  readonly checkInputs?: ((inputs: RunManifest['inputs']) => void) | undefined;
  /** Who trains; the engine itself where absent. */
  readonly executor?: ExecutorSettings | undefined;
  /** How it was asked for on the command line. */
  readonly command?: string | undefined;
}

/** What is done in a run that trains. */
export interface TrainingJob {
  readonly job: 'train' | 'judge';
  readonly work: (
    prepared: PreparedTraining,
    writer: RunWriter,
    events: OrderedWrites,
    pieces: PieceRunner | undefined,
  ) => Promise<void>;
}

/**
 * A run whose work is trainings of one plan: journal, checkpoints in `state/` while it lasts, reports.
 *
 * @throws LabError what ended the run; the run's folder says the same
 */
export const trainingRun = (
  job: TrainingJob,
  experiment: Experiment,
  options: TrainOptions,
  signal: AbortSignal,
): Promise<RunWriter> => goingOn(options, () => trainInto(job, experiment, options, signal));

async function trainInto(
  { job, work }: TrainingJob,
  experiment: Experiment,
  options: TrainOptions,
  signal: AbortSignal,
): Promise<RunWriter> {
  const started = performance.now();
  const { run, version, resume = false, command } = options;
  const { model, file } = experiment;
  const told = (): void => options.told(writer);
  // A run that cannot go on is left as it is.
  if (resume) await requireMine(run, job, experiment.file);
  const hasWork = resume && (await hasBegun(run));
  const before = hasWork ? await resumable(experiment, options) : undefined;
  const seeds = before?.work.seeds ?? options.seeds ?? experiment.train.seeds;
  const { again } = options;
  const about = { run, job, version, experiment: file, model, seed: seeds[0] ?? 1, command } as const;
  const manifest = await newManifest({ ...about, experimentHash: again?.experimentHash });
  if (resume && !hasWork) await requireSameCommand(run, manifest.command);
  const writer: RunWriter = resume
    ? await RunWriter.reopen(run, told)
    : await RunWriter.create(run, manifest, told);
  let pieces: PieceRunner | undefined;
  const events = new OrderedWrites();
  let prepared = before;
  try {
    pieces = await PieceRunner.for(options.executor, writer, signal);
    const tasks = experiment.tasks.map(({ name }) => name);
    await writer.record(
      resume ? { type: 'resumed' } : { type: 'started', job, experiment: path.basename(file), tasks },
    );
    await writer.record({ type: 'stage', stage: 'load' });
    if (prepared === undefined) {
      await writer.keep(again === undefined ? file : path.join(again.run, runFiles.experiment));
      const sink: EventSink = (event) => events.push(() => writer.record(event));
      if (again !== undefined) await copyHead(again.run, run);
      const head = await headFor(headRequest(experiment, options.device, seeds), run, sink, signal);
      await events.drained();
      prepared = await prepareTraining(experiment, version, seeds, options.plan, head);
    }
    const { modelHash } = prepared;
    const inputs = { ...writer.noted.inputs, modelHash, tasks: inputsOf(prepared, run) };
    writer.note({ inputs });
    options.checkInputs?.(inputs);
    if (before === undefined) await writeWork(run, { ...prepared.work, job });
    await tellModel(experiment, prepared, writer);
    await work(prepared, writer, events, pieces);
    await pieces?.end();
    await requireUnchanged(prepared.model.folder);
    await removeCheckpoints(run);
    await writer.record({
      type: 'actual',
      actual: {
        seconds: (performance.now() - started) / 1000,
        memoryBytes: process.resourceUsage().maxRSS * 1024,
        diskBytes: await writer.diskBytes(),
      },
    });
    await writer.record({ type: 'stage', stage: 'report' });
    await writeReports(writer);
    await removeState(run);
    await writer.finish('done');
    return writer;
  } catch (thrown) {
    // What was told before the failure stands before it.
    await events.drained().catch(() => undefined);
    await pieces?.close().catch(() => undefined);
    throw await writer.fail(thrown).catch(() => toLabError(thrown));
  } finally {
    await prepared?.model.dispose();
  }
}

/** A run that has not begun has nothing but this of what it was asked for. @throws LabError run-not-resumable */
async function requireSameCommand(run: string, now: string | undefined): Promise<void> {
  const { command } = await readManifest(run);
  if (command === undefined || command === now) return;
  throw new LabError(
    'run-not-resumable',
    `The run in ${run} was stopped before it began, and was asked for otherwise: ${command}.`,
    `Start it anew: ${command}.`,
  );
}

/** Another head would be another training: it hangs on how it was asked for. */
async function copyHead(from: string, to: string): Promise<void> {
  const head = await headOf(from);
  if (head !== undefined) await copyFile(head, path.join(to, runFiles.head));
}

async function tellModel(
  experiment: Experiment,
  { model }: PreparedTraining,
  writer: RunWriter,
): Promise<void> {
  const { architecture, layers, parameters } = model.folder;
  await writer.record({
    type: 'model',
    model: relativeTo(path.dirname(experiment.file), experiment.model),
    ...{ architecture, layers, parameters },
    modules: model.modules.map((module) => ({ ...module })),
  });
}

/** @throws LabError run-not-found, run-not-resumable */
async function resumable(experiment: Experiment, { run, version }: TrainOptions): Promise<PreparedTraining> {
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
