import type { Card } from './card';
import { cudaLibraryTrouble } from './cudaLibraries';
import { kernelTrouble } from './kernelDriver';
import { noCard } from './noCard';
import { inContainer } from './surroundings';
import { otherSystemTrouble } from './systemDriver';
import { listed, type Trouble } from './trouble';
import { laterThan } from './versions';
import { thisMachine, type MachineWorld } from './world';

export type { Trouble } from './trouble';

/**
 * Drivers that CUDA 11.2 runs on, in its minor version compatibility (CUDA Toolkit 11.4 release notes, table 2; later
 * notes say 452.39 for Windows).
 */
const oldestDriver: Partial<Record<NodeJS.Platform, string>> = { linux: '450.80.02', win32: '456.38' };

/**
 * What stops the GPU build of libtensorflow 2.9.1, which tfjs-node-gpu 4.22 loads: it is built for CUDA 11.2 and cuDNN
 * 8.1 (https://www.tensorflow.org/install/source#gpu), for Linux and Windows on x64.
 */
export async function cudaTrouble(
  cards: readonly Card[],
  world: MachineWorld = thisMachine,
): Promise<Trouble | undefined> {
  const oldest = oldestDriver[world.platform];
  if (oldest === undefined || world.arch !== 'x64') return noBuild(cards, world);
  const [card] = cards.filter(({ vendor }) => vendor === 'nvidia');
  if (card === undefined) return noNvidia(cards, world);
  const kernel = world.platform === 'linux' ? kernelTrouble(card, world) : otherSystemTrouble(card, world);
  return (
    (await kernel) ??
    hidden(card, world) ??
    (await tooOld(card, oldest, world)) ??
    (await cudaLibraryTrouble(card, world))
  );
}

const systems: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'macOS',
  linux: 'Linux',
  win32: 'Windows',
};

function noBuild(cards: readonly Card[], world: MachineWorld): Trouble {
  const system = systems[world.platform] ?? world.platform;
  const here = world.platform === 'darwin' ? system : `${system} on ${world.arch}`;
  const [card] = cards;
  return {
    code: 'cuda-platform',
    sentence: `TensorFlow's CUDA library (libtensorflow 2.9.1) exists for Linux and Windows on x64 only, not for ${here}${card === undefined ? '' : ` with its ${card.name}`}.`,
    fix: "Use the device 'webgpu' or the processor instead.",
  };
}

async function noNvidia(cards: readonly Card[], world: MachineWorld): Promise<Trouble> {
  if (cards.length === 0) return noCard(world);
  return {
    code: 'no-nvidia-card',
    sentence: `TensorFlow's CUDA library needs an NVIDIA card, and this computer has ${listed(cards.map(({ name }) => `the ${name}`))}.`,
    fix: "Use the device 'webgpu' or the processor instead.",
  };
}

/** CUDA Programming Guide, "CUDA Environment Variables": an empty list and an invalid first number hide every card. */
function hidden(card: Card, world: MachineWorld): Trouble | undefined {
  const visible = world.env['CUDA_VISIBLE_DEVICES']?.trim();
  if (visible === undefined || (visible !== '' && !/^(-|none\b|NoDevFiles)/i.test(visible))) return undefined;
  return {
    code: 'cuda-card-hidden',
    sentence: `CUDA_VISIBLE_DEVICES is '${visible}', which hides the ${card.name}.`,
    fix: 'Unset CUDA_VISIBLE_DEVICES and start again.',
  };
}

async function tooOld(card: Card, oldest: string, world: MachineWorld): Promise<Trouble | undefined> {
  const { driver } = card;
  if (driver === undefined || !/^\d+\.\d+/.test(driver) || !laterThan(oldest, driver)) return undefined;
  return {
    code: 'nvidia-driver-too-old',
    sentence: `The driver of the ${card.name} is version ${driver}, and CUDA 11.2 needs ${oldest} or later.`,
    fix: (await inContainer(world))
      ? 'Update the driver on the computer that runs the container.'
      : `Update the driver to version ${oldest} or later (https://www.nvidia.com/drivers) and restart the computer.`,
  };
}
