import type { Card } from './card';
import { inContainer } from './surroundings';
import type { Trouble } from './trouble';
import type { MachineWorld } from './world';

/** Mesa's drivers open the card's render node; NVIDIA's own opens /dev/nvidia*, which everyone may. */
export async function permissionTrouble(card: Card, world: MachineWorld): Promise<Trouble | undefined> {
  if (card.vendor === 'nvidia') return undefined;
  const nodes = (await world.list('/dev/dri')).filter((name) => name.startsWith('renderD')).sort();
  const open = await Promise.all(nodes.map((node) => world.canWrite(`/dev/dri/${node}`)));
  const [node] = nodes;
  if (node === undefined || open.includes(true)) return undefined;
  return {
    code: 'render-node-forbidden',
    sentence: `You may not open /dev/dri/${node}, through which the ${card.name} computes.`,
    fix: (await inContainer(world))
      ? "Start the container with '--group-add' and the number of the group that owns the node."
      : "Add yourself to its group with 'sudo usermod -aG render $USER', then sign out and in again.",
  };
}
