import { inContainer, containerFlags } from './surroundings';
import type { Trouble } from './trouble';
import type { MachineWorld } from './world';

const looked: Partial<Record<NodeJS.Platform, string>> = {
  linux: '/sys/bus/pci/devices lists none and nvidia-smi names none',
  darwin: 'system_profiler lists none',
  win32: 'Win32_VideoController lists none',
};

/** The processor always computes; a card is only faster. */
export const onProcessor = 'Compute on the processor';

/** Nothing was found, said with where it was looked for. */
export async function noCard(world: MachineWorld): Promise<Trouble> {
  const where = looked[world.platform] ?? `${world.platform} is not searched`;
  if (await inContainer(world)) {
    return {
      code: 'no-card',
      sentence: `This container has no graphics card: ${where}.`,
      fix: `${onProcessor}, or start the container with ${containerFlags('--gpus all')} for an NVIDIA card or '--device /dev/dri' for another.`,
    };
  }
  return {
    code: 'no-card',
    sentence: `This computer has no graphics card: ${where}.`,
    fix: `${onProcessor}, or open the folder on a computer with a graphics card.`,
  };
}
