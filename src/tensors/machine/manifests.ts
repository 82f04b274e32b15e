import path from 'node:path';
import type { Card } from './card';
import { isObject, parsed, textOf } from './json';
import type { MachineWorld } from './world';

/** A driver as the Vulkan loader finds it: a small JSON file that names a library. */
export interface Manifest {
  readonly file: string;
  /** As written: a name for the dynamic loader, or a path, which may be relative to the manifest. */
  readonly library: string;
}

export interface Manifests {
  readonly found: readonly Manifest[];
  /** The variable that replaces the search, where one is set, with its value. */
  readonly override?: { readonly name: string; readonly value: string };
}

/**
 * The manifests that the Vulkan loader reads for this machine's architecture (Vulkan-Loader,
 * docs/LoaderDriverInterface.md, "Driver Discovery on Linux").
 */
export async function findManifests(world: MachineWorld): Promise<Manifests> {
  const { env } = world;
  // VK_ICD_FILENAMES is the old name; the loader reads it where the new one is not set.
  const name = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'].find((variable) => (env[variable] ?? '') !== '');
  const value = name === undefined ? '' : (env[name] ?? '');
  const places = name === undefined ? [...split(env['VK_ADD_DRIVER_FILES']), ...folders(env)] : split(value);
  const files = (await Promise.all(places.map((place) => filesAt(place, world)))).flat();
  const read = await Promise.all([...new Set(files)].map((file) => readManifest(file, world)));
  const found = read.filter((manifest) => manifest !== undefined);
  return name === undefined ? { found } : { found, override: { name, value } };
}

function folders(env: NodeJS.ProcessEnv): string[] {
  const home = env['HOME'];
  const ofHome = (variable: string, usual: string): string[] =>
    split(env[variable] ?? (home === undefined ? '' : `${home}/${usual}`));
  return [
    ...ofHome('XDG_CONFIG_HOME', '.config'),
    ...split(env['XDG_CONFIG_DIRS'] ?? '/etc/xdg'),
    '/usr/local/etc',
    '/etc',
    ...ofHome('XDG_DATA_HOME', '.local/share'),
    ...split(env['XDG_DATA_DIRS'] ?? ''),
    '/usr/local/share',
    '/usr/share',
    // NixOS patches its loader to look here.
    '/run/opengl-driver/share',
  ].map((folder) => path.posix.join(folder, 'vulkan/icd.d'));
}

const split = (list: string | undefined): string[] => (list ?? '').split(':').filter((part) => part !== '');

async function filesAt(place: string, world: MachineWorld): Promise<string[]> {
  if (place.endsWith('.json')) return [place];
  const names = await world.list(place);
  return names.filter((name) => name.endsWith('.json')).map((name) => path.posix.join(place, name));
}

const architectures: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

async function readManifest(file: string, world: MachineWorld): Promise<Manifest | undefined> {
  const named = /\.(i[3-6]86|x86_64|aarch64|arm[^.]*|ppc64le|riscv64)\.json$/.exec(file)?.[1];
  // Steam brings drivers of 32 bits.
  if (named !== undefined && named !== (architectures[world.arch] ?? named)) return undefined;
  const library = parseManifest((await world.readText(file)) ?? '');
  return library === undefined ? undefined : { file, library };
}

/** @returns the manifest's library, undefined for what is no manifest */
export function parseManifest(text: string): string | undefined {
  const whole = parsed(text);
  const icd = isObject(whole) ? whole['ICD'] : undefined;
  return isObject(icd) ? textOf(icd['library_path']) : undefined;
}

const describe = (manifest: Manifest): string =>
  `${path.posix.basename(manifest.file)} ${path.posix.basename(manifest.library)}`;

/** lavapipe and SwiftShader compute on the processor, slower than our own kernels do. */
export const isSoftware = (manifest: Manifest): boolean =>
  /lvp|lavapipe|swiftshader/i.test(describe(manifest));

const byVendor: Partial<Record<Card['vendor'], RegExp>> = {
  nvidia: /nvidia/i,
  amd: /radeon|amd/i,
  intel: /intel/i,
  apple: /asahi/i,
};
const byDriver: Readonly<Record<string, RegExp>> = {
  'virtio-pci': /virtio|gfxstream/i,
  v3d: /broadcom/i,
  panfrost: /panfrost|mali/i,
  panthor: /panfrost|mali/i,
  msm: /freedreno/i,
  msm_dpu: /freedreno/i,
  adreno: /freedreno/i,
  powervr: /powervr/i,
};

/** How the card's Vulkan drivers are named; undefined for what only draws a screen. */
export const driversOf = (card: Card): RegExp | undefined =>
  byVendor[card.vendor] ?? byDriver[card.driver ?? ''];

export const isNamed = (manifest: Manifest, drivers: RegExp): boolean => drivers.test(describe(manifest));
