import type { Adapter } from '../../adapters/adapter';
import type { AnySample } from '../../models/samples';
import type { Transformer } from '../../models/transformer';
import { LabError } from '../../shared/errors';
import type { EventSink } from '../request';
import { breathe } from '../scoring/breathe';
import { AdamW } from '../training/adamW';
import { clipByGlobalNorm } from '../training/clip';
import { FittingBatches } from '../training/fittingBatches';
import { LossWatch } from '../training/lossWatch';
import { Placed } from '../training/placed';
import { learningRateAt } from '../training/schedule';
import { TrainingOrder, type Mixture } from '../training/stepBatches';
import { TrainingPass, type PassMemory } from '../training/trainingPass';

export interface WarmUpSettings {
  readonly steps: number;
  readonly learningRate: number;
  /** Samples a step. */
  readonly batchSize: number;
  readonly seed: number;
}

/** Of the gradients; HydraLoRA's trainer clips there. */
const maxGradNorm = 1;

/**
 * Trains an adapter for some steps: B leaves 0, where the gradient of every gate is 0 (FLoE's warm-up on the proxy set).
 *
 * @param samples of all tasks, one behind the other, as `mixture` says
 * @param stepped told after each step
 * @throws LabError training-diverged, cancelled, and what devices throw
 */
export async function warmUp(
  model: Transformer,
  adapter: Adapter,
  samples: readonly AnySample[],
  mixture: Mixture,
  settings: WarmUpSettings,
  memory: PassMemory & { readonly tokens: number },
  sink: EventSink,
  signal: AbortSignal,
  stepped: (step: number) => void,
): Promise<void> {
  const { steps, learningRate, batchSize, seed } = settings;
  const placed = new Placed();
  const order = new TrainingOrder(mixture, batchSize, 1, seed);
  const optimizer = new AdamW(adapter.parameters);
  const watch = new LossWatch();
  const pass = new TrainingPass(model, adapter, placed, memory);
  const batches = new FittingBatches(model, pass, sink, signal, memory.tokens);
  try {
    for (let step = 0; step < steps; step++) {
      placed.refresh(adapter.parameters);
      const { loss, gradients } = await batches.step(samples, order.members(step), seed + step);
      const wrong = watch.add(loss, clipByGlobalNorm(gradients, maxGradNorm));
      if (wrong !== undefined) {
        throw new LabError(
          'training-diverged',
          `The warm-up of the gates went wrong at step ${step + 1} of ${steps}: ${wrong.replace(/\.$/, '')}.`,
          `Lower floe.warmup_learning_rate (${learningRate}).`,
        );
      }
      const rate = learningRateAt(step, steps, { peak: learningRate, warmupRatio: 0.03, kind: 'cosine' });
      optimizer.step(gradients, rate, 0);
      stepped(step + 1);
      await breathe(signal);
    }
  } finally {
    placed.dispose();
  }
}
