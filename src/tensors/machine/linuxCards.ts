import { cardOf, vendorOfId, type Card, type Vendor } from './card';
import { kernelModuleName, kernelModuleVersion, listNvidiaCards, type NvidiaCard } from './nvidia';
import { listPciCards, pciFolder, pciName, type PciCard } from './pci';
import { findChipCards } from './chipCards';
import { findWindowsCards } from './windowsCards';
import type { MachineWorld } from './world';

/** The kernel's drivers that a vendor's libraries can compute with. */
const computing: Partial<Record<Vendor, readonly string[]>> = {
  nvidia: ['nvidia'],
  amd: ['amdgpu'],
  intel: ['i915', 'xe'],
};

/** Cards of a Linux machine: of the PCI bus, of nvidia-smi, and of systems on a chip. */
export async function findLinuxCards(world: MachineWorld): Promise<Card[]> {
  const nvidia = await listNvidiaCards(world);
  if (await world.exists('/dev/dxg')) return findWslCards(world, nvidia);
  const pci = await listPciCards(world);
  const pciIds = pci.length === 0 ? undefined : await namesOfPci(world);
  const onBus = await Promise.all(
    pci
      // Where nvidia-smi works, a card of the same driver that it leaves out is not this process's to use.
      .filter(({ driver }) => nvidia.length === 0 || driver !== 'nvidia')
      .map((card) => pciCard(world, card, pciIds)),
  );
  const chips = (await findChipCards(world)).filter(
    ({ vendor }) => vendor !== 'nvidia' || nvidia.length === 0,
  );
  const found = [...nvidia.map(({ card }) => card), ...onBus, ...chips];
  const cards = found.some(({ vendor }) => vendor === 'nvidia')
    ? found
    : [...found, ...(await unseen(world))];
  return Promise.all(cards.map((card) => withSystemMemory(world, card)));
}

const namesOfPci = async (world: MachineWorld): Promise<string | undefined> =>
  (await world.readText('/usr/share/misc/pci.ids')) ?? world.readText('/usr/share/hwdata/pci.ids');

async function pciCard(world: MachineWorld, pci: PciCard, pciIds: string | undefined): Promise<Card> {
  const vendor = vendorOfId(pci.vendorId);
  const driverLoaded = pci.driver !== undefined && (computing[vendor]?.includes(pci.driver) ?? true);
  const known = { vendor, name: pciName(pci, pciIds), driverLoaded };
  if (vendor === 'nvidia' && driverLoaded) {
    const name = (await kernelModuleName(world, pci.slot)) ?? known.name;
    return cardOf({ ...known, name }, { driver: (await kernelModuleVersion(world)) ?? pci.driver });
  }
  const memory = vendor === 'amd' && driverLoaded ? await amdMemory(world, pci.slot) : {};
  // Intel's graphics inside the processor are always device 2 of bus 0; its cards sit behind a bridge.
  const shared = vendor === 'intel' && pci.slot.startsWith('0000:00:02.') ? true : undefined;
  return cardOf(known, { driver: pci.driver, shared, ...memory });
}

/** Linux, Documentation/gpu/amdgpu/driver-misc.rst; amdgpu leaves mem_busy_percent out for processors (amdgpu_pm.c). */
async function amdMemory(world: MachineWorld, slot: string): Promise<Partial<Card>> {
  const bytes = async (name: string): Promise<number> =>
    Number((await world.readText(`${pciFolder}/${slot}/${name}`)) ?? NaN);
  const [total, used] = [await bytes('mem_info_vram_total'), await bytes('mem_info_vram_used')];
  if (!(total > 0)) return {};
  if (!(await world.exists(`${pciFolder}/${slot}/mem_busy_percent`))) return { shared: true };
  return used >= 0 && used <= total
    ? { memoryBytes: total, freeBytes: total - used }
    : { memoryBytes: total };
}

/** A sandbox can hide the bus and leave out nvidia-smi while the kernel's module still answers. */
async function unseen(world: MachineWorld): Promise<Card[]> {
  const driver = await kernelModuleVersion(world);
  return driver === undefined
    ? []
    : [cardOf({ vendor: 'nvidia', name: 'NVIDIA card', driverLoaded: true }, { driver })];
}

/** WSL shows cards through /dev/dxg and not on its bus; Windows itself knows them where nvidia-smi is silent. */
async function findWslCards(world: MachineWorld, nvidia: readonly NvidiaCard[]): Promise<Card[]> {
  if (nvidia.length > 0) return nvidia.map(({ card }) => card);
  const cards = await findWindowsCards(world);
  return cards.length > 0
    ? cards
    : [{ vendor: 'other', name: 'graphics card of Windows', driverLoaded: true }];
}

async function withSystemMemory(world: MachineWorld, card: Card): Promise<Card> {
  return card.shared === true ? { ...card, ...parseMemInfo(await world.readText('/proc/meminfo')) } : card;
}

export function parseMemInfo(text = ''): Pick<Card, 'memoryBytes' | 'freeBytes'> {
  const bytes = (name: string): number | undefined => {
    const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  };
  const [memoryBytes, freeBytes] = [bytes('MemTotal'), bytes('MemAvailable')];
  return {
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(freeBytes === undefined ? {} : { freeBytes }),
  };
}
