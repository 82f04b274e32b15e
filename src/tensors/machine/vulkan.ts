import path from 'node:path';
import type { Card } from './card';
import { kernelTrouble } from './kernelDriver';
import { findLibraries } from './libraries';
import { driversOf, findManifests, isNamed, type Manifest } from './manifests';
import { noCard, onProcessor } from './noCard';
import { install } from './packages';
import { permissionTrouble } from './renderNode';
import { inWsl } from './surroundings';
import { otherSystemTrouble } from './systemDriver';
import type { Trouble } from './trouble';
import { noDriver } from './vulkanDriver';
import { thisMachine, type MachineWorld } from './world';

export type { Trouble } from './trouble';

/**
 * What stops WebGPU from computing on any of the cards: on Linux, Vulkan's loader, its drivers and the card's kernel
 * driver, in the order in which they are needed; on macOS and Windows, where Metal and Direct3D 12 come with the system,
 * only the card's driver. To hear about one card among others, give only that one.
 *
 * @returns undefined where nothing is missing for at least one card; else what is missing for the first
 */
export async function vulkanTrouble(
  cards: readonly Card[],
  world: MachineWorld = thisMachine,
): Promise<Trouble | undefined> {
  const troubleOf = world.platform === 'linux' ? linuxTrouble : otherSystemTrouble;
  let first: Trouble | undefined;
  for (const card of cards) {
    const trouble = await troubleOf(card, world);
    if (trouble === undefined) return undefined;
    first ??= trouble;
  }
  return first ?? noCard(world);
}

async function linuxTrouble(card: Card, world: MachineWorld): Promise<Trouble | undefined> {
  const wsl = await inWsl(world);
  const drivers = wsl ? /dzn/ : driversOf(card);
  if (drivers === undefined) return screenOnly(card);
  return (
    (await kernelTrouble(card, world)) ??
    (await loaderTrouble(card, world)) ??
    (await driverTrouble(card, drivers, world)) ??
    (wsl ? undefined : await permissionTrouble(card, world))
  );
}

const screenOnly = (card: Card): Trouble => ({
  code: 'card-without-vulkan',
  sentence: `The ${card.name} only draws a screen: there is no Vulkan driver for it.`,
  fix: `${onProcessor}, or open the folder on a computer with a graphics card.`,
});

async function loaderTrouble(card: Card, world: MachineWorld): Promise<Trouble | undefined> {
  const loader = 'libvulkan.so.1';
  if ((await findLibraries([loader], world)).size > 0) return undefined;
  return {
    code: 'vulkan-loader-missing',
    sentence: `The Vulkan loader (${loader}), through which WebGPU reaches the ${card.name}, is missing.`,
    fix: `${await install('loader', world)}.`,
  };
}

async function driverTrouble(card: Card, drivers: RegExp, world: MachineWorld): Promise<Trouble | undefined> {
  const manifests = await findManifests(world);
  const mine = manifests.found.filter((manifest) => isNamed(manifest, drivers));
  if (mine.length === 0) return noDriver(card, manifests, world);
  const troubles = await Promise.all(mine.map((manifest) => libraryTrouble(card, manifest, world)));
  return troubles.includes(undefined) ? undefined : troubles[0];
}

async function libraryTrouble(
  card: Card,
  manifest: Manifest,
  world: MachineWorld,
): Promise<Trouble | undefined> {
  const { file, library } = manifest;
  const there = library.includes('/')
    ? await world.exists(path.posix.resolve(path.posix.dirname(file), library))
    : (await findLibraries([library], world)).size > 0;
  if (!there) {
    return {
      code: 'vulkan-library-missing',
      sentence: `The Vulkan driver of the ${card.name} is missing: ${file} names ${library}, which is not there.`,
      fix: (await noDriver(card, { found: [] }, world)).fix,
    };
  }
  // NVIDIA's Vulkan driver is its OpenGL library, which needs X11's even where there is no screen.
  const needed = library.includes('GLX_nvidia') ? ['libX11.so.6', 'libXext.so.6'] : [];
  const found = await findLibraries(needed, world);
  const missing = needed.filter((name) => !found.has(name));
  if (missing.length === 0) return undefined;
  return {
    code: 'vulkan-x11-missing',
    sentence: `The Vulkan driver of the ${card.name} (${library}) needs ${missing.join(' and ')}, which ${missing.length > 1 ? 'are' : 'is'} missing.`,
    fix: `${await install('x11', world)}.`,
  };
}
