import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Batch } from '../../models/batches';
import type { Transformer } from '../../models/transformer';
import { largestOf } from '../../shared/largestOf';
import type { ScoreFile } from '../../shared/scoreFile';
import type { Device } from '../../shared/words';
import type { Prepared } from '../prepare';
import type { EventSink, ScoreRequest } from '../request';
import { scoreFileOf } from '../scoreFileOf';
import { breathe } from '../scoring/breathe';
import { type Holder } from '../scoring/holder';
import { bindableTokens, requireRoom, scoringBytes } from '../scoring/memory';
import { requireDisk } from '../scoring/stateBytes';
import { tellScores } from '../tellScores';
import { BlockInputs } from './blockInputs';
import { EvaScores } from './evaScores';
import { explainedVariance } from './explainedVariance';
import { hiddenDiskBytes, HiddenStates } from './hiddenStates';
import { openTold } from '../openTold';

/** Progress that is worth a line in the journal. */
const toldShare = 0.005;

/**
 * EVA's measure (arXiv 2410.07170, and `peft/tuners/lora/eva.py`): which shares of the variance of each module's inputs their
 * leading principal components explain. Forward alone, block by block over all samples, real tokens only; the head is not run.
 *
 * @throws LabError out-of-memory, disk-full, cancelled, and what devices throw
 */
export async function scoreEva(
  request: ScoreRequest,
  prepared: Prepared,
  sink: EventSink,
  signal: AbortSignal,
): Promise<{ scores: readonly ScoreFile[]; device: Device }> {
  const { model, tasks } = prepared;
  const { components } = request;
  if (components === undefined) throw new Error('The request says nothing of the components.');
  const { opened, holder, threads } = await openTold(request.device, sink);
  const { device, card } = opened;
  const tokens = bindableTokens(model, (most) => prepared.batches(most).flat(), holder);
  const items = prepared.batches(tokens).flatMap((of, task) => of.map((batch) => ({ task, batch })));
  const shapes = items.map(({ batch }) => [batch.members.length * batch.length, model.spec.width] as const);
  const processBytes = evaBytes(
    model,
    items.map(({ batch }) => batch),
    holder,
  );
  requireRoom(processBytes, holder, 'Lower score.max_length (--max-length), or take the estimator fisher.');
  const stateBytes = hiddenDiskBytes(shapes);
  await requireDisk(tmpdir(), stateBytes);
  sink({
    ...({ type: 'memory', mode: 'streaming', processes: 1, threads, processBytes, stateBytes } as const),
    ...(card === undefined ? {} : { card: card.name }),
  });
  sink({ type: 'stage', stage: 'score' });
  const scores = tasks.map(() => new EvaScores(model.modules, model.layers));
  const scratch = await mkdtemp(path.join(tmpdir(), 'adapter-lab-'));
  const hidden = new HiddenStates(scratch, shapes);
  try {
    let told = 0;
    for (const [item, { batch }] of items.entries()) await hidden.put(item, 0, await model.embed(batch));
    for (let layer = 0; layer < model.layers; layer++) {
      await model.loadBlock(layer);
      model.readAhead(layer + 1);
      for (const [task, { samples, source }] of tasks.entries()) {
        const inputs = new BlockInputs();
        try {
          for (const [item, { task: of, batch }] of items.entries()) {
            if (of !== task) continue;
            await breathe(signal);
            const x = await hidden.take(item, layer);
            try {
              await hidden.put(item, layer + 1, await inputs.forward(model, layer, x, batch));
            } finally {
              x.dispose();
            }
            const share = (layer + (item + 1) / items.length) / model.layers;
            if (share - told >= toldShare || share === 1) {
              told = share;
              sink({ type: 'progress', share, step: `Inputs of block ${layer + 1} of ${model.layers}` });
            }
          }
          for (const [moments, paths] of inputs.distinct()) {
            await breathe(signal);
            const variance = await explainedVariance(moments, components);
            for (const name of paths) scores[task]?.set(name, variance);
          }
        } finally {
          inputs.dispose();
        }
        const done = layer === model.layers - 1 ? samples.length : 0;
        tellScores(sink, source.name, done, samples.length, scores[task] as EvaScores);
      }
      model.releaseBlock(layer);
    }
  } finally {
    hidden.dispose();
    await rm(scratch, { recursive: true, force: true });
  }
  const files = tasks.map(({ source }, task) => {
    const own = scores[task] as EvaScores;
    sink({ type: 'stability', task: source.name, ...own.stability() });
    return scoreFileOf(request, prepared, { device, tokens }, task, own);
  });
  return { scores: files, device };
}

/** One block with one batch, and the moments of the inputs of its modules: of two halves, and of a batch on its way back. */
function evaBytes(model: Transformer, batches: readonly Batch[], holder: Holder): number {
  const moments = Array.from({ length: model.layers }, (_, layer) => {
    const widths = model.modules
      // Keys and values are given the queries' tensor, and the gate's is that of `up`.
      .filter(({ layer: of, role }) => of === layer && !['k', 'v', 'gate'].includes(role))
      .map(({ inFeatures }) => inFeatures);
    return widths.reduce((sum, width) => sum + (2 * 8 + 2 * 4) * width * width, 0);
  });
  const pass = largestOf(batches.map((batch) => scoringBytes(model, 'streaming', [batch], false, holder)));
  return pass + largestOf(moments);
}
