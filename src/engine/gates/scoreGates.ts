import { MoeLora } from '../../adapters/moeLora';
import { requireUnchanged } from '../../files/modelFolder';
import { matchTargets } from '../../planning/checkRequest';
import { cancelled, LabError } from '../../shared/errors';
import type { ScoreFile } from '../../shared/scoreFile';
import type { Device, MemoryMode, Module } from '../../shared/words';
import type { Prepared } from '../prepare';
import { fingerprintOf } from '../fingerprint';
import type { EventSink, GateSettings, ScoreRequest } from '../request';
import type { ScoreState } from '../scoreModel';
import { scoreFileOf } from '../scoreFileOf';
import { breathe } from '../scoring/breathe';
import { loadWhole } from '../scoring/tapePass';
import { tellScores } from '../tellScores';
import { chooseTrainingMemory } from '../training/trainingMemory';
import { gateGradients } from './gatePass';
import { GateScores } from './gateScores';
import { GateStore } from './gateStore';
import { warmUp } from './warmUp';
import { openTold } from '../openTold';

/** Of |mean g| / √(mean g²): from here on the expansion of the loss around the gates leaves much out. */
const steep = 0.5;

/**
 * FLoE's scores (arXiv 2506.00495): a mixture of experts with one A in every target module of every layer is warmed up on the
 * samples of all tasks together; then the gradient of each sample's loss in each module's gate gives f = mean g², by module and
 * by layer, and the gates of each sample from which the whole matrix can be had.
 *
 * @throws LabError option-invalid, training-diverged, cancelled, and what devices throw
 */
export async function scoreGates(
  request: ScoreRequest,
  prepared: Prepared,
  sink: EventSink,
  signal: AbortSignal,
  state?: ScoreState,
): Promise<{ scores: readonly ScoreFile[]; device: Device }> {
  const { model, tasks } = prepared;
  const before = state?.before?.work;
  const settings = requireSettings(request);
  const gated = targetsOf(model.modules, settings);
  const adapted = gated.map((module) => ({ module, ...settings.adapter }));
  const options = { form: 'hydra', topK: 0, balance: 0, dropout: 0, rankStabilized: false } as const;
  const adapter = new MoeLora(adapted, options, request.seed);
  const { opened, holder, threads } = await openTold(before?.device ?? request.device, sink);
  const { device, card } = opened;
  const samples = tasks.flatMap((task) => task.samples);
  const parameters = adapter.parameters.reduce((sum, { values }) => sum + values.length, 0);
  const firstLayer = adapter.layers[0] ?? 0;
  const chosen = chooseTrainingMemory(model, samples, { parameters, firstLayer }, holder);
  // A run that goes on keeps to how it began: other batches round otherwise.
  const memory =
    before === undefined ? chosen : { ...chosen, ...passMemoryOf(before.mode), tokens: before.tokens };
  const { mode, bytes: processBytes, tokens } = memory;
  sink({
    ...{ type: 'memory', mode, processes: 1, threads, processBytes, stateBytes: 0 },
    ...(card === undefined ? {} : { card: card.name }),
  });
  if (memory.streaming) await model.head.load();
  else await loadWhole(model);
  if (signal.aborted) throw cancelled();
  sink({ type: 'stage', stage: 'score' });
  const batches = prepared.batches(tokens);
  const { warmupSteps: steps, warmupLearningRate: learningRate } = settings;
  const { batchSize, seed } = request;
  const work = steps * batchSize + samples.length;
  const progress = (done: number, step?: string): void =>
    sink({ type: 'progress', share: done / work, ...(step === undefined ? {} : { step }) });
  const store =
    state &&
    (await GateStore.open(
      state,
      { fingerprint: fingerprintOf(request, prepared), device, mode, tokens },
      () => requireUnchanged(prepared.folder),
    ));
  try {
    await warmUp(
      ...([
        model,
        adapter,
        samples,
        tasks.map((task) => ({ size: task.samples.length, weight: 1 })),
      ] as const),
      ...([{ steps, learningRate, batchSize, seed }, memory, sink, signal] as const),
      (step) => progress(step * batchSize, `Warm-up, step ${step} of ${steps}`),
      store,
    );
    const layerOf = new Map(gated.map(({ path, layer }) => [path, layer]));
    const files: ScoreFile[] = [];
    let done = 0;
    for (const [index, task] of tasks.entries()) {
      const scores = new GateScores(model.modules, model.layers, task.samples.length);
      for (const [place, batch] of (batches[index] ?? []).entries()) {
        const known = store?.gatesOf(index, place);
        if (known !== undefined) {
          scores.add(batch.members, new Map(Object.entries(known.gradients)), known.losses);
          done += batch.members.length;
          continue;
        }
        const { gradients, losses } = await gateGradients(model, adapter, layerOf, memory, batch);
        // Kept first and told afterwards: what was told is there when the run goes on.
        const kept = Object.fromEntries([...gradients].map(([name, row]) => [name, [...row]]));
        await store?.add({ task: index, batch: place, losses: [...losses], gradients: kept });
        scores.add(batch.members, gradients, losses);
        done += batch.members.length;
        tellScores(sink, task.source.name, scores.samplesDone, scores.samples, scores);
        progress(steps * batchSize + done);
        await breathe(signal);
      }
      sink({ type: 'stability', task: task.source.name, ...scores.stability(), ...scores.uncertainty() });
      const slope = scores.firstOrder();
      if (slope > steep) sink({ type: 'note', text: steepNote(task.source.name, slope) });
      files.push({
        ...scoreFileOf(request, prepared, { device, tokens }, index, scores),
        gates: scores.layerGates(),
      });
    }
    return { scores: files, device };
  } finally {
    await store?.close();
  }
}

/** What a mode is for the passes. */
const passMemoryOf = (mode: MemoryMode) => ({
  mode,
  recompute: mode !== 'tape',
  streaming: mode === 'streaming',
});

const steepNote = (task: string, slope: number): string =>
  `${task}: the mean gradient in the gates is up to ${slope.toFixed(2)} of its size, so the loss is not level where it is ` +
  'expanded, and the term that FLoE drops is not small: read the scores as an order, not as losses.';

/** @throws LabError option-invalid */
function requireSettings({ gates, labels }: ScoreRequest): GateSettings {
  if (labels !== 'empirical') {
    throw new LabError(
      'option-invalid',
      'Gates are scored with the labels of the data alone.',
      'Use labels: empirical, or the estimator fisher.',
    );
  }
  if (gates !== undefined) return gates;
  throw new Error('The request says nothing of the gates.');
}

/** @throws LabError option-invalid where a target matches nothing */
function targetsOf(modules: readonly Module[], { targets }: GateSettings): readonly Module[] {
  if (targets === undefined) return modules;
  const named = matchTargets(modules, targets);
  return modules.filter(({ path }) => named.has(path));
}
