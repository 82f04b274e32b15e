import os, { tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { requireUnchanged } from '../files/modelFolder';
import { requireLabels } from '../planning/estimators';
import type { ScoreFile } from '../shared/scoreFile';
import { toLabError } from '../shared/errors';
import type { Device, Estimator } from '../shared/words';
import { scoreEva } from './eva/scoreEva';
import { scoreGates } from './gates/scoreGates';
import { fingerprintOf } from './fingerprint';
import { scoreSpectrum } from './spectra/scoreSpectrum';
import type { PieceRunner } from './pieces/pieceRunner';
import { prepare, type Prepared } from './prepare';
import type { EventSink, ScoreRequest } from './request';
import { ScoreAttempt } from './scoreAttempt';
import { scoreFileOf } from './scoreFileOf';
import type { ScoreStore, StoredWork } from './scoring/scoreStore';
import { smallerWork, type Ceiling } from './scoring/smallerWork';
import type { Update } from './scoring/work';

/** Estimators with a pass of their own; of these, only `gate-fisher` goes on where it was stopped. */
const ownPasses: Partial<Record<Estimator, typeof scoreGates>> = {
  'gate-fisher': scoreGates,
  eva: scoreEva,
  spectrum: scoreSpectrum,
};

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
 * Scores every linear module of a model on each task, by default with the mean over samples of ‖∂ℓ_s/∂W‖²_F, and gives the
 * standard error of each score (shared/estimatorWords.ts names what else can be measured).
 *
 * How memory is spent is chosen by estimate, and processes share the work; neither changes what is computed for a sample
 * beyond float32 rounding, and the number of processes not even that. Where a card's memory is full all the same, the score
 * begins again with smaller batches.
 *
 * @param known what `prepare` gave, where it was called already
 * @param pieces who scores, where this process and those it opens do not
 */
export async function scoreModel(
  request: ScoreRequest,
  sink: EventSink,
  signal: AbortSignal,
  state?: ScoreState,
  known?: Prepared,
  pieces?: PieceRunner,
): Promise<ScoreOutcome> {
  requireLabels(request.estimator, request.labels);
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
  const own = ownPasses[request.estimator];
  if (own !== undefined) {
    try {
      const { scores, device } = await own(request, prepared, sink, signal, state);
      await requireUnchanged(folder);
      return { scores, prepared, device, peakBytes: process.resourceUsage().maxRSS * 1024 };
    } finally {
      await state?.store.close();
      await model.dispose();
    }
  }
  const scratch = state === undefined ? await mkdtemp(path.join(tmpdir(), 'adapter-lab-')) : undefined;
  const unitFolder = (unit: number): string =>
    state?.store.unitFolder(unit) ?? path.join(scratch ?? '', `unit-${unit}`);
  const fingerprint = fingerprintOf(request, prepared);
  const attempt = (ceiling: Ceiling): ScoreAttempt =>
    new ScoreAttempt(
      { request, prepared, sink, signal, state, ceiling, unitFolder, fingerprint, pieces },
      os.availableParallelism(),
    );
  try {
    const { tally, work, device, peakBytes } = await untilItFits(attempt, sink, state);
    await requireUnchanged(folder);
    return {
      scores: tally.tasks.map((scores, task) =>
        scoreFileOf(request, prepared, { device, ...work }, task, scores),
      ),
      prepared,
      device,
      peakBytes: peakBytes + process.resourceUsage().maxRSS * 1024,
    };
  } catch (thrown) {
    // What is read of a file that is being written may be anything: that it is, is what is wrong.
    if (toLabError(thrown).kind !== 'cancelled') await requireUnchanged(folder);
    throw thrown;
  } finally {
    await state?.store.close();
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
    await model.dispose();
  }
}

/** Tries until a card's memory is enough, one size smaller each time. */
async function untilItFits(
  attempt: (ceiling: Ceiling) => ScoreAttempt,
  sink: EventSink,
  state: ScoreState | undefined,
): Promise<Awaited<ReturnType<ScoreAttempt['run']>>> {
  let ceiling: Ceiling = {};
  for (;;) {
    const now = attempt(ceiling);
    try {
      return await now.run();
    } catch (thrown) {
      const error = toLabError(thrown);
      // A run that goes on keeps to its cut: what it has was computed with it.
      const smaller =
        error.code === 'out-of-memory' && now.onCard && state?.before === undefined
          ? smallerWork(now.work)
          : undefined;
      if (smaller === undefined) throw thrown;
      ceiling = smaller;
      await state?.store.restart();
      sink({ type: 'again', error: error.toPayload(), next: smaller.words });
    }
  }
}
