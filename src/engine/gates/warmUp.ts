import type { Adapter } from '../../adapters/adapter';
import type { NamedArray } from '../../shared/namedArray';
import type { AnySample } from '../../models/samples';
import type { Transformer } from '../../models/transformer';
import { LabError, toLabError } from '../../shared/errors';
import type { EventSink } from '../request';
import { breathe } from '../scoring/breathe';
import { AdamW } from '../training/adamW';
import type { Checkpoint } from '../training/checkpoint';
import { clipByGlobalNorm } from '../training/clip';
import { FittingBatches } from '../training/fittingBatches';
import { LossWatch } from '../training/lossWatch';
import { Placed } from '../training/placed';
import { learningRateAt } from '../training/schedule';
import { TrainingOrder, type Mixture } from '../training/stepBatches';
import { TrainingPass, type PassMemory } from '../training/trainingPass';
import { warmUpName, type GateStore } from './gateStore';

export interface WarmUpSettings {
  readonly steps: number;
  readonly learningRate: number;
  /** Samples a step. */
  readonly batchSize: number;
  readonly seed: number;
}

/** Between two checkpoints. */
const saveEveryMs = 30_000;

/** Of the gradients; HydraLoRA's trainer clips there. */
const maxGradNorm = 1;

/**
 * Trains an adapter for some steps: B leaves 0, where the gradient of every gate is 0 (FLoE's warm-up on the proxy set).
 *
 * @param samples of all tasks, one behind the other, as `mixture` says
 * @param stepped told after each step
 * @param store where it goes on from, and keeps what it has
 * @throws LabError training-diverged, cancelled, run-not-resumable, and what devices throw
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
  store?: Pick<GateStore, 'warmUp' | 'keepWarmUp'>,
): Promise<void> {
  const { steps, learningRate, batchSize, seed } = settings;
  const placed = new Placed();
  const order = new TrainingOrder(mixture, batchSize, 1, seed);
  const kept = await store?.warmUp();
  if (kept !== undefined) restored(kept, () => adapter.restore(kept.tensors));
  // Behind the restoring, which puts others in place of the adapter's parameters.
  const optimizer = new AdamW(adapter.parameters);
  const watch = new LossWatch();
  const pass = new TrainingPass(model, adapter, placed, memory);
  const batches = new FittingBatches(model, pass, sink, signal, memory.tokens);
  if (kept !== undefined) {
    restored(kept, () =>
      optimizer.restore(new Map([...kept.tensors].map(([name, { values }]) => [name, values]))),
    );
    watch.restore(kept.facts);
    batches.tokens = kept.facts.tokens;
  }
  let taken = kept?.facts.step ?? 0;
  let saved = performance.now();
  const save = async (): Promise<void> => {
    await store?.keepWarmUp(checkpointOf(taken, adapter, optimizer, watch, batches.tokens));
    saved = performance.now();
  };
  try {
    for (let step = taken; step < steps; step++) {
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
      taken = step + 1;
      if (taken === steps || performance.now() - saved >= saveEveryMs) await save();
      stepped(taken);
      await breathe(signal);
    }
  } catch (thrown) {
    if (taken > 0 && toLabError(thrown).kind === 'cancelled') await save();
    throw thrown;
  } finally {
    placed.dispose();
  }
}

/** As a trial's, without what only trials have. */
function checkpointOf(
  step: number,
  adapter: Adapter,
  optimizer: AdamW,
  watch: LossWatch,
  tokens: number,
): Checkpoint {
  const tensors = new Map<string, NamedArray>(
    adapter.parameters.map(({ name, shape, values }) => [name, { shape, values }]),
  );
  for (const [name, values] of optimizer.state()) tensors.set(name, { shape: [values.length], values });
  const none = { pending: { loss: 0, steps: 0, tokens: 0 }, waited: 0, noted: {}, moves: {} };
  return { facts: { version: 1, trial: warmUpName, step, ...none, tokens, ...watch.state }, tensors };
}

/** @throws LabError run-not-resumable where a checkpoint does not fit */
function restored({ facts }: Checkpoint, restore: () => void): void {
  try {
    restore();
  } catch (cause) {
    throw new LabError(
      'run-not-resumable',
      `The checkpoint of the ${facts.trial} does not fit: ${String(cause)}`,
      'Start a new run.',
      { cause },
    );
  }
}
