import type { Experiment } from '../../configs/experiment/experiment';
import type { RunEvent } from '../../shared/runEvents';
import { isTrialEvent } from '../../shared/trialDraft';
import type { Plan } from '../../shared/words';
import type { RunWriter } from '../runWriter';
import type { PreparedTraining } from '../training/prepareTraining';
import type { TrialRunnerOptions } from '../training/trialRunner';
import type { PieceTraining } from './order';

/** What pieces that train need, on the data and in the way that this process has prepared. @param plan what is judged */
export const pieceTraining = (
  experiment: Experiment,
  { work: { fingerprint } }: Pick<PreparedTraining, 'work'>,
  { noted }: Pick<RunWriter, 'noted'>,
  seeds: readonly number[],
  { saveEvery }: Pick<TrialRunnerOptions, 'saveEvery'>,
  plan?: Plan,
): PieceTraining => ({
  ...{ experiment, fingerprint, seeds: [...seeds], plan, saveEvery },
  version: noted.versions.adapterLab,
});

/** Tells a run what one of its pieces told of a training; of all else a piece has its own record. */
export async function takeEvent(writer: RunWriter, event: RunEvent): Promise<void> {
  if (isTrialEvent(event) || event.type === 'again') await writer.record(unstamped(event));
}

/** Clocks of machines differ: what is told here is told now. */
export function unstamped<T extends { readonly at: string }>(event: T): Unstamped<T> {
  const { at, ...rest } = event;
  void at;
  return rest as Unstamped<T>;
}

type Unstamped<T> = T extends unknown ? Omit<T, 'at'> : never;
