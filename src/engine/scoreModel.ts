import os, { tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { requireUnchanged } from '../files/modelFolder';
import { requireEstimator } from '../planning/estimators';
import type { ScoreFile } from '../shared/scoreFile';
import { cancelled } from '../shared/errors';
import type { Device } from '../shared/words';
import { dispatch } from './lanes/dispatch';
import type { Lane } from './lanes/lane';
import { closeLanes, openLanes, threadsOf } from './lanes/openLanes';
import { OrderedWrites } from './orderedWrites';
import { prepare, type Prepared } from './prepare';
import type { EventSink, ScoreRequest } from './request';
import { scoreFileOf } from './scoreFileOf';
import { ScoreReporter } from './scoreReporter';
import type { Fingerprint, ScoreStore, StoredWork } from './scoring/scoreStore';
import { requireDisk, stateBytes } from './scoring/stateBytes';
import { workloadOf, type Workload } from './scoring/workload';
import { advance, isFinished, notBegun, type Unit, type UnitProgress, type Update } from './scoring/work';
import type { TaskScores } from './taskScores';

export interface ScoreOutcome {
  readonly scores: readonly ScoreFile[];
  readonly prepared: Prepared;
  readonly device: Device;
  /** Largest resident sizes of all processes, added up. */
  readonly peakBytes: number;
}

/** Where a score keeps what it has, so that it can go on after it was stopped. */
export interface ScoreState {
  readonly store: ScoreStore;
  /** What an interrupted run has achieved, to go on from. */
  readonly before: { readonly work: StoredWork; readonly updates: readonly Update[] } | undefined;
}

/**
 * Scores every linear module of a model on each task: the mean over samples of ‖∂ℓ_s/∂W‖²_F, with its standard error.
 *
 * How memory is spent is chosen by estimate, and processes share the work; neither changes what is computed for a sample
 * beyond float32 rounding, and the number of processes not even that.
 *
 * @param known what `prepare` gave, where it was called already
 */
export async function scoreModel(
  request: ScoreRequest,
  sink: EventSink,
  signal: AbortSignal,
  state?: ScoreState,
  known?: Prepared,
): Promise<ScoreOutcome> {
  requireEstimator(request.estimator);
  sink({ type: 'stage', stage: 'load' });
  const prepared = known ?? (await prepare(request));
  const { folder, model } = prepared;
  sink({
    type: 'model',
    model: request.modelName,
    architecture: folder.architecture,
    layers: folder.layers,
    parameters: folder.parameters,
    modules: model.modules.map((module) => ({ ...module })),
  });
  const before = state?.before;
  const cores = os.availableParallelism();
  const { layers } = model;
  const progress = progressAfter(before?.updates ?? [], layers);
  const isOpen = (unit: Unit): boolean =>
    before === undefined ||
    !isFinished(unit, progressOf(progress, unit.index), before.work.mode, request.taylor);
  const work = workloadOf(prepared, request, cores, before?.work, isOpen);
  const open = work.units.filter(isOpen);
  const scratch = state === undefined ? await mkdtemp(path.join(tmpdir(), 'adapter-lab-')) : undefined;
  let lanes: readonly Lane[] = [];
  try {
    if (before === undefined) await requireDisk(state?.store.folder ?? tmpdir(), stateBytes(prepared, work));
    sink({ type: 'stage', stage: 'probe' });
    const wanted = before?.work.device ?? request.device;
    // Where all is done but the writing there is nothing to compute on.
    if (open.length > 0)
      lanes = await openLanes({ model: request.model, device: wanted }, work.processes, cores);
    if (signal.aborted) throw cancelled();
    const device = tell(lanes, prepared, work, cores, sink) ?? before?.work.device;
    if (device === undefined) throw new Error('Nothing was to be scored.');
    if (state !== undefined && before === undefined) {
      const fingerprint = fingerprintOf(request, prepared);
      await state.store.begin({ version: 1, fingerprint, device, ...cut(work) });
    }
    const reporter = new ScoreReporter(prepared, work, sink);
    for (const update of before?.updates ?? []) reporter.take(update);
    const orders = open.map((unit) => ({
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
    reporter.start();
    const journal = new OrderedWrites();
    // Kept first and told afterwards: what was told is there when the run goes on.
    const take = (update: Update): void =>
      journal.push(async () => {
        await state?.store.add(update);
        reporter.take(update);
      });
    try {
      await dispatch(lanes, orders, settings, take, signal);
    } catch (error) {
      await journal.drained().catch(() => undefined);
      throw error;
    }
    await journal.drained();
    await requireUnchanged(folder);
    const own = process.resourceUsage().maxRSS * 1024;
    return {
      scores: reporter.tasks.map((scores: TaskScores, task) =>
        scoreFileOf(request, prepared, { device, ...work }, task, scores),
      ),
      prepared,
      device,
      peakBytes: lanes.reduce((sum, lane) => sum + lane.peakBytes, own),
    };
  } catch (error) {
    // A signal may reach a lane before it reaches us: then the lane's end is not the reason.
    throw signal.aborted ? cancelled() : error;
  } finally {
    await closeLanes(lanes);
    await state?.store.close();
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
    await model.dispose();
  }
}

/** All that decides a score's digits. */
export function fingerprintOf(request: ScoreRequest, prepared: Prepared): Fingerprint {
  const { modelHash, adapterHash, tasks } = prepared;
  const { labels, taylor, batchSize, maxLength, seed } = request;
  return {
    modelHash,
    tasks: tasks.map(({ source, dataHash, samplesHash, samples }) => ({
      name: source.name,
      dataHash,
      samples: samples.length,
      samplesHash,
      kind: source.kind,
      text: source.text,
      ...(source.label === undefined ? {} : { label: source.label }),
      ...(source.prompt === undefined ? {} : { prompt: source.prompt }),
    })),
    labels,
    taylor,
    ...(adapterHash === undefined ? {} : { adapter: adapterHash }),
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

/** @returns the device; undefined where none is needed */
function tell(
  lanes: readonly Lane[],
  prepared: Prepared,
  work: Workload,
  cores: number,
  sink: EventSink,
): Device | undefined {
  const [lane] = lanes;
  if (lane === undefined) return undefined;
  sink({ type: 'device', ...lane.device, refused: [...lane.device.refused] });
  sink({
    type: 'memory',
    mode: work.mode,
    processes: lanes.length,
    threads: threadsOf(work.processes, cores),
    processBytes: Math.round(work.processBytes),
    stateBytes: stateBytes(prepared, work),
  });
  return lane.device.device;
}

const progressOf = (progress: ReadonlyMap<number, UnitProgress>, unit: number): UnitProgress =>
  progress.get(unit) ?? notBegun;

function progressAfter(updates: readonly Update[], layers: number): Map<number, UnitProgress> {
  const progress = new Map<number, UnitProgress>();
  for (const update of updates) {
    progress.set(update.unit, advance(progressOf(progress, update.unit), update, layers));
  }
  return progress;
}
