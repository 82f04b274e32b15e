import { version as tfjsVersion } from '@tensorflow/tfjs';
import path from 'node:path';
import type { Experiment } from '../configs/experiment/experiment';
import { hashFile } from '../files/hash';
import { runFiles } from '../files/runs';
import { reportOf } from '../planning/report';
import { LabError, toLabError } from '../shared/errors';
import type { UnstampedRunEvent } from '../shared/runEvents';
import type { RunManifest } from '../shared/runManifest';
import type { RunScores } from '../shared/scoreFile';
import type { Device } from '../shared/words';
import type { ScoreRequest } from './request';
import { RunWriter } from './runWriter';
import { peakMemoryBytes, scoreModel } from './scoreModel';

export interface RunOptions {
  /** Absolute path of the run's folder. */
  readonly run: string;
  readonly job: 'score' | 'run';
  readonly device: Device | 'auto';
  readonly version: string;
  /** Called after each write to the run's journal. */
  readonly told: (writer: RunWriter) => void;
}

/**
 * Scores an experiment's model into a run folder: journal, scores.json, report.md. What comes after the scores (the main
 * job allocates) is given as `then`, so that it is part of the run and of its end.
 *
 * @throws LabError what ended the run; the run's folder says the same
 */
export async function scoreExperiment(
  experiment: Experiment,
  options: RunOptions,
  signal: AbortSignal,
  then?: (writer: RunWriter, scores: RunScores) => Promise<void>,
): Promise<RunWriter> {
  const request = requestOf(experiment, options.device);
  const started = performance.now();
  const manifest = await manifestOf(experiment, request, options);
  const writer: RunWriter = await RunWriter.create(options.run, manifest, () => options.told(writer));
  const sink = queueInto(writer);
  try {
    await writer.record({
      type: 'started',
      job: options.job,
      experiment: path.basename(experiment.file),
      tasks: request.tasks.map(({ name }) => name),
    });
    const { scores, prepared, device } = await scoreModel(request, sink.push, signal);
    await sink.drained();
    writer.note({
      device: device.device,
      inputs: {
        ...manifest.inputs,
        modelHash: prepared.modelHash,
        tasks: prepared.tasks.map(({ source, dataHash }) => ({
          name: source.name,
          file: relative(options.run, source.file),
          hash: dataHash,
        })),
      },
    });
    const runScores: RunScores = { version: 1, scores: [...scores] };
    await writer.record({ type: 'stage', stage: 'write' });
    await writer.write(runFiles.scores, `${JSON.stringify(runScores, null, 1)}\n`);
    await then?.(writer, runScores);
    await writer.record({
      type: 'actual',
      actual: {
        seconds: (performance.now() - started) / 1000,
        memoryBytes: peakMemoryBytes(),
        diskBytes: await writer.diskBytes(),
      },
    });
    await writer.write(runFiles.report, reportOf(writer.state));
    await writer.finish('done');
    return writer;
  } catch (thrown) {
    // What was told before the failure stands before it.
    await sink.drained().catch(() => undefined);
    throw await writer.fail(thrown).catch(() => toLabError(thrown));
  }
}

/** The engine tells without waiting; the journal is written in order behind it, and a failed write ends the job. */
function queueInto(writer: RunWriter): {
  push: (event: UnstampedRunEvent) => void;
  drained: () => Promise<void>;
} {
  let tail: Promise<void> = Promise.resolve();
  let failed: unknown;
  return {
    push: (event) => {
      if (failed !== undefined) throw toLabError(failed);
      tail = tail
        .then(() => writer.record(event))
        .catch((error: unknown) => {
          failed ??= error;
        });
    },
    drained: async () => {
      await tail;
      if (failed !== undefined) throw toLabError(failed);
    },
  };
}

/** @throws LabError option-invalid for what the engine cannot score yet */
export function requestOf(experiment: Experiment, device: Device | 'auto'): ScoreRequest {
  const { score } = experiment;
  if (score.labels !== 'empirical') {
    throw new LabError(
      'option-invalid',
      `score.labels '${score.labels}' is not computed yet.`,
      "Use 'empirical': labels from the data.",
    );
  }
  if (experiment.executor !== 'local') {
    throw new LabError(
      'option-invalid',
      `The executor '${experiment.executor}' is not built yet.`,
      'Use executor: local.',
    );
  }
  return {
    model: experiment.model,
    modelName: relative(path.dirname(experiment.file), experiment.model),
    tasks: experiment.tasks.map((task) => ({ ...task, file: task.train })),
    estimator: score.estimator,
    samples: score.samples,
    batchSize: score.batchSize,
    maxLength: score.maxLength,
    device,
    perSample: false,
    seed: score.seed,
  };
}

async function manifestOf(
  experiment: Experiment,
  request: ScoreRequest,
  { run, job, version }: RunOptions,
): Promise<RunManifest> {
  return {
    version: 1,
    id: path.basename(run),
    job,
    experiment: relative(run, experiment.file),
    createdAt: new Date().toISOString(),
    state: 'running',
    pid: process.pid,
    seed: request.seed,
    versions: { adapterLab: version, node: process.versions.node, tfjs: tfjsVersion.tfjs },
    inputs: {
      experimentHash: await hashFile(experiment.file),
      model: relative(run, request.model),
      // Filled in when they have been read.
      modelHash: '',
      tasks: [],
    },
  };
}

/** Paths in a run are relative to it, with forward slashes: a run that is copied or committed stays true. */
const relative = (from: string, to: string): string => path.relative(from, to).split(path.sep).join('/');
