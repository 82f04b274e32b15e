import { requireEstimator } from '../planning/estimators';
import { defaultPrompt } from '../shared/taskSource';
import type { Cost } from '../shared/runEvents';
import type { ScoreFile } from '../shared/scoreFile';
import { openDevice, type OpenDevice } from '../tensors/device';
import { batchFlops, requireRoom, scoringBytes } from './cost';
import { prepare, type Prepared, type PreparedTask } from './prepare';
import type { EventSink, ScoreRequest } from './request';
import { scoreBatch } from './scoreBatch';
import { TaskScores } from './taskScores';
import type { Batch } from '../models/batches';

/** Between two live updates of a task's scores at least this long. */
const updateMs = 200;

export interface ScoreOutcome {
  readonly scores: readonly ScoreFile[];
  readonly prepared: Prepared;
  readonly device: OpenDevice;
}

/**
 * Scores every linear module of a model on each task: the mean over samples of ‖∂ℓ_s/∂W‖²_F, with its standard error.
 *
 * The cheapest batch warms the engine up and the costliest is timed; both are part of the work. What they tell about
 * time and memory is sent as an `estimate` before the rest starts.
 */
export async function scoreModel(
  request: ScoreRequest,
  sink: EventSink,
  signal: AbortSignal,
): Promise<ScoreOutcome> {
  requireEstimator(request.estimator);
  sink({ type: 'stage', stage: 'load' });
  const prepared = await prepare(request);
  const { folder, model, tasks } = prepared;
  sink({
    type: 'model',
    model: request.modelName,
    architecture: folder.architecture,
    layers: folder.layers,
    parameters: folder.parameters,
    modules: model.modules.map((module) => ({ ...module })),
  });
  sink({ type: 'stage', stage: 'probe' });
  const device = await openDevice(request.device);
  sink({ type: 'device', ...device, refused: [...device.refused] });
  const jobs = tasks.map((task) => ({ task, scores: new TaskScores(model.modules, task.samples) }));
  const queue = inOrder(prepared);
  const largest = Math.max(...queue.map(({ batch }) => scoringBytes(model, batch, folder.parameters)));
  requireRoom(largest, device.device);

  const started = performance.now();
  let updated = 0;
  try {
    for (const [index, { task, batch }] of queue.entries()) {
      const job = jobs[task];
      if (job === undefined) continue;
      const batchStarted = performance.now();
      job.scores.add(await scoreBatch(model, batch, signal));
      const now = performance.now();
      if (index === Math.min(1, queue.length - 1)) {
        const rate = (now - batchStarted) / batchFlops(model, batch);
        const left = queue.slice(index + 1).reduce((sum, next) => sum + batchFlops(model, next.batch), 0);
        sink({ type: 'estimate', estimate: estimateOf(now - started + rate * left, request, prepared) });
        sink({ type: 'stage', stage: 'score' });
      }
      const finished = job.scores.samplesDone === job.scores.samples;
      if (now - updated >= updateMs || finished) {
        updated = now;
        sink({
          type: 'scores',
          task: job.task.source.name,
          samplesDone: job.scores.samplesDone,
          samplesTotal: job.scores.samples,
          ...job.scores.soFar(),
        });
      }
      if (finished) sink({ type: 'stability', task: job.task.source.name, ...job.scores.stability() });
    }
    return {
      scores: jobs.map(({ task, scores }) => toFile(request, prepared, device, task, scores)),
      prepared,
      device,
    };
  } finally {
    model.dispose();
  }
}

interface QueuedBatch {
  readonly task: number;
  readonly batch: Batch;
}

/** Task by task, but the cheapest batch of all first and the costliest second. */
function inOrder({ model, tasks }: Prepared): QueuedBatch[] {
  const queue = tasks.flatMap(({ batches }, task) => batches.map((batch) => ({ task, batch })));
  const costs = queue.map(({ batch }) => batchFlops(model, batch));
  const cheapest = costs.indexOf(Math.min(...costs));
  const costliest = costs.indexOf(Math.max(...costs));
  const ends = [...new Set([cheapest, costliest])];
  return [...ends, ...queue.keys()]
    .filter((index, position) => position < ends.length || !ends.includes(index))
    .flatMap((index) => queue[index] ?? []);
}

function estimateOf(milliseconds: number, request: ScoreRequest, { model, tasks }: Prepared): Cost {
  const seconds = milliseconds / 1000;
  const modules = model.modules.length;
  // Characters of JSON: a module's row, a value of one sample, a module's share of one live update.
  const [row, value, update] = [230, 22, 42];
  const samples = tasks.reduce((sum, task) => sum + task.samples, 0);
  const updates = Math.min(
    (seconds * 1000) / updateMs + tasks.length,
    samples / request.batchSize + tasks.length,
  );
  return {
    seconds,
    // The costliest batch has run: the peak lies behind.
    memoryBytes: peakMemoryBytes(),
    diskBytes:
      2000 +
      modules * (row * (tasks.length + 1) + update * updates) +
      (request.perSample ? value * modules * samples : 0),
  };
}

/** Largest resident size of this process so far. */
export const peakMemoryBytes = (): number => process.resourceUsage().maxRSS * 1024;

function toFile(
  request: ScoreRequest,
  { model, modelHash }: Prepared,
  device: OpenDevice,
  { source, dataHash, samples }: PreparedTask,
  scores: TaskScores,
): ScoreFile {
  return {
    version: 1,
    model: request.modelName,
    modelHash,
    task: source.name,
    dataHash,
    estimator: request.estimator,
    labels: 'empirical',
    samples,
    kind: source.kind,
    ...(source.kind === 'classification' ? { prompt: source.prompt ?? defaultPrompt } : {}),
    seed: request.seed,
    maxLength: Math.min(request.maxLength, model.maxLength),
    device: device.device,
    modules: scores.moduleScores(request.perSample),
    layers: scores.layerScores(),
    stability: scores.stability(),
  };
}
