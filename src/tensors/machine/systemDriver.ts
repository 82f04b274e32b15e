import type { Card, Vendor } from './card';
import type { Trouble } from './trouble';
import type { MachineWorld } from './world';

const driverPages: Partial<Record<Vendor, string>> = {
  nvidia: 'https://www.nvidia.com/drivers',
  amd: 'https://www.amd.com/support',
  intel: 'https://www.intel.com/support',
};

/** What keeps WebGPU from a card on macOS and Windows: Metal or Direct3D 12 without the card's driver. */
export function otherSystemTrouble(card: Card, world: MachineWorld): Promise<Trouble | undefined> {
  if (card.driverLoaded) return Promise.resolve(undefined);
  const page = driverPages[card.vendor] ?? "the computer's maker";
  return Promise.resolve(
    world.platform === 'darwin'
      ? {
          code: 'metal-missing',
          sentence: `The ${card.name} has no Metal on this macOS.`,
          fix: 'Compute on the processor, or update macOS where the Mac can.',
        }
      : {
          code: 'driver-missing',
          sentence: `The ${card.name} has no driver of its own: Windows runs it as a Microsoft Basic Display Adapter.`,
          fix: `Install the driver from ${page}.`,
        },
  );
}
