import type { Experiment } from '../../configs/experiment/experiment';
import type { RunEvent } from '../../shared/runEvents';
import { isTrialEvent } from '../../shared/trialDraft';
import type { Device, Plan } from '../../shared/words';
import type { RunWriter } from '../runWriter';
import type { PreparedTraining } from '../training/prepareTraining';
import type { TrialRunnerOptions } from '../training/trialRunner';
import type { PieceWork } from './order';
import type { Piece } from './pieceRunner';

/** The order of a piece that trains, on the data and in the way that this process has prepared. */
export const trainingOrder = ({
  experiment,
  prepared,
  options,
  writer,
  seeds,
  plan,
  work,
  device,
}: {
  readonly experiment: Experiment;
  readonly prepared: PreparedTraining;
  readonly options: TrialRunnerOptions;
  readonly writer: RunWriter;
  readonly seeds: readonly number[];
  readonly plan?: Plan | undefined;
  readonly work: PieceWork;
  /** The same for all of them. */
  readonly device: Device;
}): Piece['order'] => {
  const { fingerprint } = prepared.work;
  return {
    ...{ experiment, seeds: [...seeds], fingerprint, work },
    version: writer.noted.versions.adapterLab,
    device,
    ...(plan === undefined ? {} : { plan }),
    ...(options.saveEvery === undefined ? {} : { saveEvery: options.saveEvery }),
  };
};

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
