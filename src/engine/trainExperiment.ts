import path from 'node:path';
import type { Experiment } from '../configs/experiment/experiment';
import { toLabError } from '../shared/errors';
import { headFor, headOf } from './headFor';
import { OrderedWrites } from './orderedWrites';
import { newManifest, relativeTo, requireMine } from './runRecord';
import type { EventSink } from './request';
import { RunWriter } from './runWriter';
import { headRequest } from './training/fromExperiment';
import {
  prepareTraining,
  readWork,
  requireSameWork,
  writeWork,
  type PreparedTraining,
} from './training/prepareTraining';
import { Training, type TrainOptions } from './training/training';

export type { TrainOptions };

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
