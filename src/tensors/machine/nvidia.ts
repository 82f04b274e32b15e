import { cardOf, type Card } from './card';
import type { MachineWorld } from './world';

/** A card as nvidia-smi lists it. */
export interface NvidiaCard {
  /** The PCI slot as Linux writes it; undefined on a system on a chip. */
  readonly slot: string | undefined;
  readonly card: Card;
}

const query = [
  '--query-gpu=name,memory.total,memory.free,driver_version,pci.bus_id',
  '--format=csv,noheader,nounits',
];

/** Where nvidia-smi lies when it is not on PATH: WSL, Kubernetes on Google's machines, old Windows drivers. */
const elsewhere = [
  '/usr/lib/wsl/lib/nvidia-smi',
  '/usr/local/nvidia/bin/nvidia-smi',
  'C:\\Windows\\System32\\nvidia-smi.exe',
  'C:\\Program Files\\NVIDIA Corporation\\NVSMI\\nvidia-smi.exe',
];

/** NVIDIA's cards whose driver answers. */
export async function listNvidiaCards(world: MachineWorld): Promise<NvidiaCard[]> {
  const answer = await world.run('nvidia-smi', query);
  if (answer !== undefined) return parseNvidiaSmi(answer);
  for (const program of elsewhere) {
    if (!(await world.exists(program))) continue;
    const cards = parseNvidiaSmi((await world.run(program, query)) ?? '');
    if (cards.length > 0) return cards;
  }
  return [];
}

/** Rows of nvidia-smi; a row without a driver's version is one of its complaints. */
export function parseNvidiaSmi(text: string): NvidiaCard[] {
  return text.split('\n').flatMap((line): NvidiaCard[] => {
    const [name, total, free, driver, bus] = line.split(',').map((field) => field.trim());
    if (name === undefined || name === '' || !/^\d+(\.\d+)+$/.test(driver ?? '')) return [];
    const memoryBytes = mebibytes(total);
    const card = cardOf(
      { vendor: 'nvidia', name: /^nvidia/i.test(name) ? name : `NVIDIA ${name}`, driverLoaded: true },
      {
        memoryBytes,
        freeBytes: mebibytes(free),
        driver,
        // Jetson and GB10 answer [N/A], for they have no memory of their own.
        shared: memoryBytes === undefined ? true : undefined,
      },
    );
    return [{ slot: slotOf(bus ?? ''), card }];
  });
}

const mebibytes = (text: string | undefined): number | undefined =>
  /^\d+$/.test(text ?? '') ? Number(text) * 2 ** 20 : undefined;

/** nvidia-smi writes the domain with eight digits, Linux with four. */
function slotOf(bus: string): string | undefined {
  const [, domain, rest] = /^([0-9a-f]{4,8}):([0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$/i.exec(bus) ?? [];
  return domain === undefined ? undefined : `${domain.slice(-4)}:${rest ?? ''}`.toLowerCase();
}

/** The version of NVIDIA's kernel module, which /proc/driver/nvidia/version tells while the module is loaded. */
export const kernelModuleVersion = async (world: MachineWorld): Promise<string | undefined> =>
  parseModuleVersion((await world.readText('/proc/driver/nvidia/version')) ?? '');

export const parseModuleVersion = (text: string): string | undefined =>
  /^NVRM version:.*?\s(\d{3,}\.\d+(?:\.\d+)?)\s/m.exec(text)?.[1];

/** The card's name as the kernel module tells it. */
export const kernelModuleName = async (world: MachineWorld, slot: string): Promise<string | undefined> =>
  parseInformation((await world.readText(`/proc/driver/nvidia/gpus/${slot}/information`)) ?? '');

export const parseInformation = (text: string): string | undefined =>
  /^Model:[ \t]*(\S.*?)\s*$/m.exec(text)?.[1];
