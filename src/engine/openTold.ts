import os from 'node:os';
import type { UnstampedRunEvent } from '../shared/runEvents';
import type { Device } from '../shared/words';
import { openDevice, type OpenDevice } from '../tensors/device';
import type { EventSink } from './request';
import { holderOf, type Holder } from './scoring/holder';

/** What a run tells of the device that it computes on. */
export const deviceEvent = ({ device, description, gflops, refused }: OpenDevice) =>
  ({ type: 'device', device, description, gflops, refused: [...refused] }) satisfies UnstampedRunEvent;

/**
 * Opens a device for all cores, and tells which it is.
 * @throws LabError device-unavailable
 */
export async function openTold(
  wanted: Device | 'auto',
  sink: EventSink,
): Promise<{ readonly opened: OpenDevice; readonly holder: Holder; readonly threads: number }> {
  sink({ type: 'stage', stage: 'probe' });
  const threads = os.availableParallelism();
  const opened = await openDevice(wanted, threads);
  sink(deviceEvent(opened));
  return { opened, holder: holderOf(opened), threads };
}
