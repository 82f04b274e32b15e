import type { Device } from '../../shared/words';
import type { OpenDevice } from '../../tensors/device';
import { deviceEvent } from '../openTold';
import type { RunWriter } from '../runWriter';
import type { TrialRunnerOptions } from '../training/trialRunner';
import type { Piece } from './piece';
import type { PieceRunner } from './pieceRunner';

/**
 * What the machines compute on that pieces are done by: this one may have no card where they have. Asked once a run, so that all of it
 * is of one device, and cut for what that holds.
 *
 * @throws LabError device-unavailable, and as `PieceRunner.run`
 */
export async function probe(pieces: PieceRunner, wanted: Device | 'auto'): Promise<OpenDevice> {
  let opened: OpenDevice | undefined;
  const piece: Piece = {
    ...{ name: `probe-${wanted}`, title: 'The look at the device' },
    ...{ device: wanted, work: { kind: 'probe' } },
  };
  await pieces.run([piece], {
    done: (_piece, value) => {
      opened = value as OpenDevice;
      return Promise.resolve();
    },
  });
  if (opened === undefined) throw new Error('A probe came to its end without a device.');
  return opened;
}

/** The device of all trainings that pieces do in a run, which says it. @throws LabError as `probe` */
export async function deviceOfPieces(
  pieces: PieceRunner,
  writer: RunWriter,
  { device, resume }: Pick<TrialRunnerOptions, 'device' | 'resume'>,
): Promise<Device> {
  const before = writer.state.device?.name;
  const opened = await probe(pieces, (resume ? before : undefined) ?? device);
  if (opened.device !== before) await writer.record(deviceEvent(opened));
  writer.note({ device: opened.device });
  return opened.device;
}
