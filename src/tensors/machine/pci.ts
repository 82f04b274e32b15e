import { vendorOfId, vendorWords } from './card';
import type { MachineWorld } from './world';

/** A display controller on Linux's PCI bus; ids are four lower-case hexadecimal digits. */
export interface PciCard {
  /** Domain, bus, device and function, as 0000:01:00.0. */
  readonly slot: string;
  readonly vendorId: string;
  readonly deviceId: string;
  readonly driver: string | undefined;
}

export const pciFolder = '/sys/bus/pci/devices';

/**
 * Devices of class 03 (display controllers), which covers VGA, the "3D controllers" of laptops and servers, and AMD's
 * "display controllers" (Linux, Documentation/ABI/testing/sysfs-bus-pci; PCI Code and ID Assignment, class 03).
 */
export async function listPciCards(world: MachineWorld): Promise<PciCard[]> {
  const slots = (await world.list(pciFolder)).sort();
  const cards = await Promise.all(
    slots.map(async (slot): Promise<PciCard[]> => {
      const read = (name: string): Promise<string | undefined> =>
        world.readText(`${pciFolder}/${slot}/${name}`);
      if (!((await read('class')) ?? '').trim().startsWith('0x03')) return [];
      const [vendorId, deviceId] = [hex(await read('vendor')), hex(await read('device'))];
      if (vendorId === undefined || deviceId === undefined) return [];
      return [{ slot, vendorId, deviceId, driver: parseUevent((await read('uevent')) ?? '')['DRIVER'] }];
    }),
  );
  return cards.flat();
}

const hex = (text: string | undefined): string | undefined =>
  /^\s*0x([0-9a-f]{4})\s*$/i.exec(text ?? '')?.[1]?.toLowerCase();

/** The NAME=value lines of a uevent file. */
export function parseUevent(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
}

/** Vendors whose devices draw a screen and compute nothing, in words for machines without pci.ids. */
const otherVendors: Readonly<Record<string, string>> = {
  '1a03': 'ASPEED',
  '102b': 'Matrox',
  '1013': 'Cirrus Logic',
  '1234': 'QEMU',
  '1b36': 'QXL',
  '1af4': 'virtio',
  '15ad': 'VMware',
  '80ee': 'VirtualBox',
  '1414': 'Hyper-V',
};

/** What the card is called: by the system's list of PCI names, else by its vendor and number. */
export function pciName(card: Pick<PciCard, 'vendorId' | 'deviceId'>, pciIds: string | undefined): string {
  const vendor = vendorOfId(card.vendorId);
  if (vendor === 'other') {
    const maker = otherVendors[card.vendorId];
    return maker === undefined
      ? `display adapter ${card.vendorId}:${card.deviceId}`
      : `${maker} display adapter`;
  }
  const maker = vendorWords[vendor];
  const product = parsePciIds(pciIds ?? '', card.vendorId, card.deviceId);
  if (product === undefined) return `${maker} card ${card.vendorId}:${card.deviceId}`;
  return product.startsWith(maker) ? product : `${maker} ${product}`;
}

/**
 * A device's name in pci.ids (https://pci-ids.ucw.cz): a vendor's line, then its devices behind a tab. What stands in
 * brackets is the product's name, before them the chip's.
 */
export function parsePciIds(text: string, vendorId: string, deviceId: string): string | undefined {
  const start = text.search(new RegExp(`^${vendorId} `, 'm'));
  if (start < 0) return undefined;
  const [, ...lines] = text.slice(start).split('\n', 20_000);
  for (const line of lines) {
    if (/^[0-9a-f]/i.test(line)) return undefined;
    const [, id, name] = /^\t([0-9a-f]{4}) +(.+)$/.exec(line) ?? [];
    if (id === deviceId) return /\[(.+)\]/.exec(name ?? '')?.[1] ?? name?.trim();
  }
  return undefined;
}
