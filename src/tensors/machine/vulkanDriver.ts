import path from 'node:path';
import type { Card } from './card';
import { isSoftware, type Manifests } from './manifests';
import { install } from './packages';
import { inContainer, inWsl, startContainer } from './surroundings';
import { listed, type Trouble } from './trouble';
import type { MachineWorld } from './world';

/** Why none of the manifests is for the card, and how its Vulkan driver gets there. */
export async function noDriver(card: Card, manifests: Manifests, world: MachineWorld): Promise<Trouble> {
  const { found, override } = manifests;
  if (override !== undefined) {
    return {
      code: 'vulkan-driver-files',
      sentence: `${override.name} limits Vulkan to ${override.value}, which is no driver of the ${card.name}.`,
      fix: `Unset ${override.name} and start again.`,
    };
  }
  if (await inWsl(world)) {
    return {
      code: 'wsl-without-vulkan',
      sentence: `WSL has no Vulkan driver for the ${card.name}: the manifest dzn_icd.json is missing.`,
      fix: "Open the folder in Windows itself with the command 'WSL: Reopen Folder in Windows'.",
    };
  }
  if (card.vendor === 'nvidia' && card.shared !== true) return noNvidia(card, world);
  const fix = `${await install('mesa', world)}.`;
  if (found.length > 0 && found.every(isSoftware)) {
    const files = found.map(({ file }) => path.posix.basename(file));
    return {
      code: 'vulkan-software-only',
      sentence: `Vulkan has no driver for the ${card.name}, only one that computes on the processor (${listed(files)}).`,
      fix,
    };
  }
  return {
    code: 'vulkan-driver-missing',
    sentence: `The Vulkan driver of the ${card.name} is missing: no manifest in /usr/share/vulkan/icd.d or /etc/vulkan/icd.d names it.`,
    fix,
  };
}

/** NVIDIA's container toolkit brings the parts that NVIDIA_DRIVER_CAPABILITIES names, by default none for graphics. */
async function noNvidia(card: Card, world: MachineWorld): Promise<Trouble> {
  if (await inContainer(world)) {
    return {
      code: 'container-without-graphics',
      sentence: `This container has the ${card.name} for CUDA only: its Vulkan driver (nvidia_icd.json with libGLX_nvidia.so.0) is missing.`,
      fix: `${startContainer('--gpus all -e NVIDIA_DRIVER_CAPABILITIES=all')}.`,
    };
  }
  return {
    code: 'vulkan-driver-missing',
    sentence: `The Vulkan driver of the ${card.name} (nvidia_icd.json with libGLX_nvidia.so.0) is missing.`,
    fix: `${await install('nvidiaVulkan', world, card.driver?.split('.')[0])}.`,
  };
}
