import type { Lane } from './lane';
import type { ScoringSettings, UnitOrder } from '../scoring/unitRunner';
import type { Update } from '../scoring/work';

/**
 * Gives every lane the next unit until none is left. The first error ends the others' units too and is thrown.
 * @param report called with every update; those of one unit come in order
 */
export async function dispatch(
  lanes: readonly Lane[],
  orders: readonly UnitOrder[],
  settings: ScoringSettings,
  report: (update: Update) => void,
  signal: AbortSignal,
): Promise<void> {
  const failing = new AbortController();
  const either = AbortSignal.any([signal, failing.signal]);
  const queue = [...orders];
  let failure: { readonly error: unknown } | undefined;
  const work = async (lane: Lane): Promise<void> => {
    try {
      for (let order = queue.shift(); order !== undefined && !either.aborted; order = queue.shift()) {
        await lane.run(order, settings, report, either);
      }
    } catch (error) {
      // The others are cancelled by this one: theirs are not the reason.
      failure ??= { error };
      failing.abort();
    }
  };
  await Promise.all(lanes.map(work));
  if (failure !== undefined) throw failure.error;
  signal.throwIfAborted();
}
