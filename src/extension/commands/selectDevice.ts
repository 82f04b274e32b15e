import { deviceSetting, writeDevice } from '../settings';
import type { DeviceChoice } from '../runs/jobs';
import { ours } from '../presenter';
import { requireTrust } from '../trust';
import { deviceItems } from './deviceItems';
import type { Parts } from './parts';

/**
 * Lets the user pick what the engine computes on, with the speed of each device on this machine.
 *
 * @returns the choice; undefined where none was made
 */
export async function selectDevice(parts: Parts): Promise<DeviceChoice | undefined> {
  requireTrust();
  const items = parts.engine
    .request('devices', {})
    .then(({ devices }) => deviceItems(devices, deviceSetting()));
  // Whoever closes the list before it is filled does not want to hear why it would have stayed empty.
  items.catch(() => undefined);
  const picked = await parts.dialogs.pick(items, {
    title: 'Select Device',
    placeHolder: 'Measuring the devices of this machine takes a few seconds',
    matchOnDescription: true,
  });
  if (!picked) return undefined;
  if (picked.choice === undefined) {
    refuse(parts, picked.label.replace(/^\$\([^)]*\) /, ''), picked.detail ?? '');
    return undefined;
  }
  await writeDevice(picked.choice);
  return picked.choice;
}

/** Says why a device is not to be had: its row shows the beginning only. */
function refuse({ presenter }: Parts, device: string, reason: string): void {
  presenter.note(`${device}: ${reason}`);
  const install = reason.includes('Install GPU Runtime')
    ? ours('adapterLab.installGpuRuntime', 'Install GPU Runtime')
    : undefined;
  // A warning has a button in any case, and only with a button does the window show more than one line.
  void presenter.offer('warning', `${device}: ${reason}`, install);
}
