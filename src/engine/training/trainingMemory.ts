import type { AnySample } from '../../models/samples';
import { makeBatches, type Batch } from '../../models/batches';
import type { Transformer } from '../../models/transformer';
import { largestOf } from '../../shared/largestOf';
import type { MemoryMode } from '../../shared/words';
import type { Holder } from '../scoring/holder';
import { bindableTokens, requireRoom, scoringBytes } from '../scoring/memory';
import type { PassMemory } from './trainingPass';

/** How a training spends memory, and what that takes. */
export interface TrainingMemory extends PassMemory {
  /** Positions with padding of a batch at most. */
  readonly tokens: number;
  readonly bytes: number;
  readonly mode: MemoryMode;
}

/** Parameters, their gradients, two moments, and copies on the device and on their way. */
const copiesOfParameters = 7;

/**
 * The first that fits: all blocks on one tape; blocks computed again on the way back, which holds one block's activations;
 * the same with weights read from disk block by block.
 *
 * @param samples all that are trained on or judged by
 * @param firstLayer lowest layer with an adapter: below it nothing is kept
 * @throws LabError out-of-memory before anything is allocated
 */
export function chooseTrainingMemory(
  model: Transformer,
  samples: readonly AnySample[],
  { parameters, firstLayer }: { readonly parameters: number; readonly firstLayer: number },
  holder: Holder,
): TrainingMemory {
  const batchesOf = (most: number): Batch[] =>
    makeBatches(samples, Infinity, 0, most, model.spec.lengthBoundary);
  const tokens = bindableTokens(model, batchesOf, holder);
  const batches = batchesOf(tokens);
  const own = 4 * copiesOfParameters * parameters;
  const kept = largestOf(batches.map((batch) => keptAcross(model, batch, firstLayer)));
  const whole = scoringBytes(model, 'tape', batches, false, holder);
  const perBlock = largestOf(
    batches.map((batch) => scoringBytes(model, 'streaming', [batch], false, holder)),
  );
  const weights = model.modules.reduce(
    (sum, { inFeatures, outFeatures }) => sum + 4 * inFeatures * outFeatures,
    0,
  );
  const head = model.spec.head;
  const output = head.kind === 'language' ? 4 * model.spec.vocabulary * head.outputWidth : 0;
  const choices: readonly TrainingMemory[] = [
    { mode: 'tape', recompute: false, streaming: false, tokens, bytes: whole + own },
    {
      mode: 'recomputed',
      recompute: true,
      streaming: false,
      tokens,
      bytes: perBlock + weights + output + kept + own,
    },
    { mode: 'streaming', recompute: true, streaming: true, tokens, bytes: perBlock + output + kept + own },
  ];
  const chosen = choices.find(({ bytes }) => bytes <= holder.limit) ?? (choices.at(-1) as TrainingMemory);
  requireRoom(chosen.bytes, holder, 'Lower train.max_length, or close other programs.');
  return chosen;
}

/** Bytes of the hidden states that enter the blocks. */
function keptAcross(model: Transformer, batch: Batch, firstLayer: number): number {
  return 4 * batch.members.length * batch.length * model.spec.width * (model.layers - firstLayer);
}
