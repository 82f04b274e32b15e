import type { Adapter } from '../../adapters/adapter';
import { Gated, gateName } from '../../adapters/gated';
import type { Batch } from '../../models/batches';
import type { Transformer } from '../../models/transformer';
import { Placed } from '../training/placed';
import { TrainingPass, type PassMemory } from '../training/trainingPass';

/** A batch's gradients in its gates. */
export interface GateGradients {
  /** [member], by module path. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** Of each member, its own mean over targets. */
  readonly losses: readonly number[];
}

/**
 * The gradient of each member's own loss in each module's gate, at gates of 1, from one pass forward and back: the gates have
 * a row for each member, and the loss is the members' sum.
 *
 * @param adapter warmed up: while B is 0 every gate's gradient is 0
 * @param modules the adapted ones, with their layers
 */
export async function gateGradients(
  model: Transformer,
  adapter: Adapter,
  modules: ReadonlyMap<string, number>,
  memory: PassMemory,
  batch: Batch,
): Promise<GateGradients> {
  const gated = new Gated(adapter, modules, batch.members.length);
  const placed = new Placed();
  try {
    placed.refresh(gated.parameters);
    const pass = new TrainingPass(model, gated, placed, memory);
    const { gradients, losses } = await pass.gradients({ batch, scale: 1, share: 1, seed: 0 });
    const byModule = [...modules.keys()].flatMap((path) => {
      const gradient = gradients.get(gateName(path));
      return gradient === undefined ? [] : [[path, gradient] as const];
    });
    return { gradients: new Map(byModule), losses };
  } finally {
    placed.dispose();
  }
}
