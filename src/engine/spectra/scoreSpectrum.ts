import { formatSeconds } from '../../shared/format';
import { largestOf } from '../../shared/largestOf';
import type { ScoreFile } from '../../shared/scoreFile';
import type { Device, Module } from '../../shared/words';
import type { Prepared } from '../prepare';
import type { EventSink, ScoreRequest } from '../request';
import { scoreFileOf } from '../scoreFileOf';
import { breathe } from '../scoring/breathe';
import { requireRoom, usualTokens } from '../scoring/memory';
import { tellScores } from '../tellScores';
import { hillExponent } from './hill';
import { SpectrumScores } from './spectrumScores';
import { weightSpectrum } from './weightSpectrum';
import { openTold } from '../openTold';

/** Seconds of all eigenvalues of a matrix of size 1: measured at 1536, on one core of a Xeon. They grow with its cube. */
const secondsOfOne = 1.04e-9;
/** From here on it is said beforehand. */
const longSeconds = 60;

/**
 * AlphaLoRA's measure (arXiv 2410.10054): the power-law exponent of the spectrum of each weight matrix, larger where less was
 * learned. No data is looked at, so every task has the same scores.
 *
 * @throws LabError out-of-memory, cancelled, and what reading weights and devices throw
 */
export async function scoreSpectrum(
  request: ScoreRequest,
  prepared: Prepared,
  sink: EventSink,
  signal: AbortSignal,
): Promise<{ scores: readonly ScoreFile[]; device: Device }> {
  const { model, tasks } = prepared;
  const { modules, layers } = model;
  const { opened, holder, threads } = await openTold(request.device, sink);
  const { device, card } = opened;
  const processBytes = holder.base + spectrumBytes(modules);
  requireRoom(processBytes, holder, 'Close other programs, or take the estimator fisher.');
  sink({
    ...({ type: 'memory', mode: 'streaming', processes: 1, threads, processBytes, stateBytes: 0 } as const),
    ...(card === undefined ? {} : { card: card.name }),
  });
  sink({ type: 'note', text: 'A spectrum is that of the weights: no data was looked at.' });
  const costs = modules.map((module) => secondsOfOne * sizeOf(module) ** 3);
  const total = costs.reduce((sum, seconds) => sum + seconds, 0);
  if (total > longSeconds) {
    const largest = largestOf(modules.map(sizeOf));
    const text = `The eigenvalues of ${modules.length} matrices of up to ${largest} take about ${formatSeconds(total)} on one core.`;
    sink({ type: 'note', text });
  }
  sink({ type: 'stage', stage: 'score' });
  const scores = new SpectrumScores(modules, layers);
  let done = 0;
  for (let layer = 0; layer < layers; layer++) {
    await model.loadBlock(layer);
    model.readAhead(layer + 1);
    for (const [index, module] of modules.entries()) {
      if (module.layer !== layer) continue;
      await breathe(signal);
      scores.set(module.path, hillExponent(await weightSpectrum(model.weight(module))));
      done += costs[index] ?? 0;
      const step = `Spectra of block ${layer + 1} of ${layers}`;
      sink({ type: 'progress', share: Math.min(1, done / total), step });
    }
    model.releaseBlock(layer);
    for (const { source, samples } of tasks)
      tellScores(sink, source.name, layer === layers - 1 ? samples.length : 0, samples.length, scores);
  }
  const files = tasks.map(({ source }, task) => {
    sink({ type: 'stability', task: source.name, ...scores.stability() });
    return scoreFileOf(request, prepared, { device, tokens: usualTokens }, task, scores);
  });
  return { scores: files, device };
}

/** Of the matrix whose eigenvalues are computed. */
const sizeOf = ({ inFeatures, outFeatures }: Module): number => Math.min(inFeatures, outFeatures);

/** Two blocks' weights, and the products of one matrix in float64 with what comes back of them. */
const spectrumBytes = (modules: readonly Module[]): number => {
  const blocks = new Map<number, number>();
  for (const { layer, inFeatures, outFeatures } of modules)
    blocks.set(layer, (blocks.get(layer) ?? 0) + 4 * inFeatures * outFeatures);
  return 2 * largestOf([...blocks.values()]) + largestOf(modules.map((module) => 16 * sizeOf(module) ** 2));
};
