import os, { tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { requireEstimator } from '../planning/estimators';
import type { ScoreFile } from '../shared/scoreFile';
import { cancelled } from '../shared/errors';
import { dispatch } from './lanes/dispatch';
import type { Lane } from './lanes/lane';
import { closeLanes, openLanes } from './lanes/openLanes';
import { OrderedWrites } from './orderedWrites';
import { prepare, type Prepared } from './prepare';
import type { EventSink, ScoreRequest } from './request';
import { scoreFileOf } from './scoreFileOf';
import { ScoreReporter } from './scoreReporter';
import type { ScoreStore, Fingerprint } from './scoring/scoreStore';
import { workloadOf, type Workload } from './scoring/workload';
import { advance, isFinished, notBegun, type UnitProgress, type Update } from './scoring/work';
import type { TaskScores } from './taskScores';

export interface ScoreOutcome {
  readonly scores: readonly ScoreFile[];
  readonly prepared: Prepared;
  readonly device: Lane['device'];
  /** Largest resident sizes of all processes, added up. */
  readonly peakBytes: number;
}

/** Where a score keeps what it has, so that it can go on after it was stopped. */
export interface ScoreState {
  readonly store: ScoreStore;
  /** Go on from what is stored instead of beginning. */
  readonly resume: boolean;
}

/**
 * Scores every linear module of a model on each task: the mean over samples of ‖∂ℓ_s/∂W‖²_F, with its standard error.
 *
 * How memory is spent is chosen by estimate, and processes share the work; neither changes what is computed for a sample
 * beyond float32 rounding, and the number of processes not even that.
 */
export async function scoreModel(
  request: ScoreRequest,
  sink: EventSink,
  signal: AbortSignal,
  state?: ScoreState,
): Promise<ScoreOutcome> {
  requireEstimator(request.estimator);
  sink({ type: 'stage', stage: 'load' });
  const prepared = await prepare(request);
  const { folder, model } = prepared;
  sink({
    type: 'model',
    model: request.modelName,
    architecture: folder.architecture,
    layers: folder.layers,
    parameters: folder.parameters,
    modules: model.modules.map((module) => ({ ...module })),
  });
  const fingerprint = fingerprintOf(request, prepared);
  const before = state?.resume === true ? await state.store.resume(fingerprint) : undefined;
  const cores = os.availableParallelism();
  const work = workloadOf(prepared, request, cores, before?.work);
  sink({ type: 'stage', stage: 'probe' });
  const wanted = before?.work.device ?? request.device;
  const lanes = await openLanes({ model: request.model, device: wanted }, work.processes, cores);
  const scratch = state === undefined ? await mkdtemp(path.join(tmpdir(), 'adapter-lab-')) : undefined;
  try {
    if (signal.aborted) throw cancelled();
    const device = tellDevice(lanes, work, cores, sink);
    if (state !== undefined && before === undefined) {
      await state.store.begin({ version: 1, fingerprint, device: device.device, ...cut(work) });
    }
    const reporter = new ScoreReporter(prepared, work, sink);
    const progress = replay(before?.updates ?? [], work, model.layers, reporter);
    const orders = work.units
      .filter((unit) => !isFinished(unit, progressOf(progress, unit.index), work.mode))
      .map((unit) => ({
        unit,
        items: unit.items.flatMap((item) => work.items[item] ?? []),
        progress: progressOf(progress, unit.index),
        folder: state?.store.unitFolder(unit.index) ?? path.join(scratch ?? '', `unit-${unit.index}`),
      }));
    const settings = {
      mode: work.mode,
      labels: labelsOf(request),
      taylor: request.taylor,
      adapter: request.adapter,
    };
    const journal = new OrderedWrites();
    reporter.start();
    await dispatch(
      lanes,
      orders,
      settings,
      (update) => {
        if (state !== undefined) journal.push(() => state.store.add(update));
        reporter.take(update);
      },
      signal,
    ).catch((error: unknown) => {
      throw signal.aborted ? cancelled() : error;
    });
    await journal.drained();
    const own = process.resourceUsage().maxRSS * 1024;
    return {
      scores: reporter.tasks.map((scores: TaskScores, task) =>
        scoreFileOf(request, prepared, device.device, task, scores),
      ),
      prepared,
      device,
      peakBytes: lanes.reduce((sum, lane) => sum + lane.peakBytes, own),
    };
  } finally {
    await closeLanes(lanes);
    await state?.store.close();
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
    await model.dispose();
  }
}

function fingerprintOf(request: ScoreRequest, { modelHash, tasks }: Prepared): Fingerprint {
  const { labels, taylor, adapter, batchSize, maxLength, seed } = request;
  return {
    modelHash,
    tasks: tasks.map(({ source, dataHash, samples }) => ({
      name: source.name,
      dataHash,
      samples: samples.length,
    })),
    labels,
    taylor,
    ...(adapter === undefined ? {} : { adapter }),
    batchSize,
    maxLength,
    seed,
  };
}

const labelsOf = ({ labels, seed }: ScoreRequest) =>
  labels === 'true' ? ({ kind: 'true', seed } as const) : ({ kind: 'empirical' } as const);

const cut = ({ mode, tokens, units }: Workload) => ({
  mode,
  tokens,
  units: units.map(({ index, items }) => ({ index, items: [...items] })),
});

function tellDevice(lanes: readonly Lane[], work: Workload, cores: number, sink: EventSink): Lane['device'] {
  const [{ device }] = lanes as [Lane];
  sink({ type: 'device', ...device, refused: [...device.refused] });
  sink({
    type: 'memory',
    mode: work.mode,
    processes: lanes.length,
    threads: Math.max(1, Math.floor(cores / Math.max(1, work.processes))),
    processBytes: Math.round(work.processBytes),
  });
  return device;
}

const progressOf = (progress: ReadonlyMap<number, UnitProgress>, unit: number): UnitProgress =>
  progress.get(unit) ?? notBegun;

function replay(
  updates: readonly Update[],
  { units }: Workload,
  layers: number,
  reporter: ScoreReporter,
): Map<number, UnitProgress> {
  const progress = new Map(units.map(({ index }) => [index, notBegun]));
  for (const update of updates) {
    progress.set(update.unit, advance(progressOf(progress, update.unit), update, layers));
    reporter.take(update);
  }
  return progress;
}
