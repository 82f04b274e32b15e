import { vendorWords, type Card } from './card';
import { findLibraries, usualFolders } from './libraries';
import { kernelModuleVersion } from './nvidia';
import { install } from './packages';
import { inContainer, inWsl, startContainer } from './surroundings';
import { listed, type Trouble } from './trouble';
import type { MachineWorld } from './world';

/** What keeps a card of a Linux machine from any library: its kernel driver, or a container without its devices. */
export async function kernelTrouble(card: Card, world: MachineWorld): Promise<Trouble | undefined> {
  if (await inWsl(world)) return undefined;
  if (!card.driverLoaded) return notLoaded(card, world);
  if (await inContainer(world)) {
    const hidden = await hiddenDevice(card, world);
    if (hidden !== undefined) return hidden;
  }
  return card.vendor === 'nvidia' ? mismatch(card, world) : undefined;
}

async function notLoaded(card: Card, world: MachineWorld): Promise<Trouble> {
  if (card.driver === 'vfio-pci') {
    return {
      code: 'card-reserved',
      sentence: `The ${card.name} is held by vfio-pci, which keeps it for a virtual machine.`,
      fix: 'Take the card out of the settings of vfio-pci and restart the computer.',
    };
  }
  const container = await inContainer(world);
  if (card.vendor !== 'nvidia') {
    return {
      code: 'driver-missing',
      sentence: `The ${card.name} has ${noDriver(card)}.`,
      fix: container
        ? "Update the kernel and the card's firmware on the computer that runs the container."
        : `${await install('firmware', world)}, update the kernel, and restart the computer.`,
    };
  }
  const libraries = await findLibraries(['libcuda.so.1'], world);
  if (libraries.size > 0 && card.driver === undefined && !container) {
    return {
      code: 'nvidia-module-missing',
      sentence: `NVIDIA's driver is installed, but its kernel module (nvidia) is not loaded for the ${card.name}.`,
      fix: 'Restart the computer, and where Secure Boot is on, enroll the key that signed the module or turn Secure Boot off.',
    };
  }
  return {
    code: card.driver === 'nouveau' ? 'nvidia-nouveau' : 'nvidia-driver-missing',
    sentence:
      card.driver === undefined
        ? `The ${card.name} has no driver: NVIDIA's kernel module (nvidia) is missing.`
        : `The ${card.name} runs on ${card.driver} and not on NVIDIA's own driver: its kernel module (nvidia) is missing.`,
    fix: container
      ? "Install NVIDIA's driver on the computer that runs the container."
      : `${await install('nvidia', world)} and restart the computer.`,
  };
}

const noDriver = (card: Card): string =>
  card.driver === undefined
    ? 'no kernel driver'
    : `no driver that computes: its kernel driver is ${card.driver}, which ${vendorWords[card.vendor]}'s libraries do not use`;

/** /sys and /proc show a container every card of the computer; what it may use are the devices in /dev. */
async function hiddenDevice(card: Card, world: MachineWorld): Promise<Trouble | undefined> {
  const nvidia = card.vendor === 'nvidia' && card.shared !== true;
  const device = nvidia ? '/dev/nvidiactl' : '/dev/dri';
  if (card.vendor === 'other' || (card.vendor === 'nvidia' && !nvidia) || (await world.exists(device)))
    return undefined;
  return {
    code: 'container-without-card',
    sentence: `The computer has the ${card.name}, but this container was started without it: ${device} is missing.`,
    fix: `${startContainer(nvidia ? '--gpus all' : '--device /dev/dri')}.`,
  };
}

/** An update replaces the libraries at once and the kernel's module at the next start. */
async function mismatch(card: Card, world: MachineWorld): Promise<Trouble | undefined> {
  const loaded = await kernelModuleVersion(world);
  if (loaded === undefined) return undefined;
  const files = (await Promise.all(usualFolders(world).map((folder) => world.list(folder)))).flat();
  const versions = files.flatMap((file) => /^libnvidia-ml\.so\.(\d{3,}\.[\d.]+)$/.exec(file)?.[1] ?? []);
  if (versions.length === 0 || versions.includes(loaded)) return undefined;
  return {
    code: 'nvidia-driver-mismatch',
    sentence: `The kernel still runs version ${loaded} of NVIDIA's driver for the ${card.name}, and the libraries are those of version ${listed([...new Set(versions)])}.`,
    fix: (await inContainer(world)) ? 'Restart the container.' : 'Restart the computer.',
  };
}
