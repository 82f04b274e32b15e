import type { Card } from './card';
import { findLinuxCards } from './linuxCards';
import { findMacCards } from './macCards';
import { findWindowsCards } from './windowsCards';
import { thisMachine, type MachineWorld } from './world';

export type { Card, Vendor } from './card';

/**
 * The graphics cards of a machine, found without loading any graphics library: the system is asked, so that a card is
 * found just as well when its driver is missing. The one to compute on comes first.
 */
export async function findCards(world: MachineWorld = thisMachine): Promise<Card[]> {
  const cards = await onPlatform(world);
  return cards.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      Number(b.driverLoaded) - Number(a.driverLoaded) ||
      (b.memoryBytes ?? 0) - (a.memoryBytes ?? 0),
  );
}

function onPlatform(world: MachineWorld): Promise<Card[]> {
  if (world.platform === 'darwin') return findMacCards(world);
  if (world.platform === 'win32') return findWindowsCards(world);
  return world.platform === 'linux' ? findLinuxCards(world) : Promise.resolve([]);
}

/** Discrete cards, then those that share the system's memory, then what mostly only draws a screen. */
const rank = (card: Card): number => (card.vendor === 'other' ? 2 : card.shared === true ? 1 : 0);
