import { cardOf, type Card, type Vendor } from './card';
import { parseUevent } from './pci';
import type { MachineWorld } from './world';

/** Linux's render drivers of systems on a chip, which are on no PCI bus. */
const chips: Readonly<Record<string, readonly [vendor: Vendor, name: string]>> = {
  v3d: ['other', 'Broadcom VideoCore'],
  panfrost: ['other', 'Arm Mali'],
  panthor: ['other', 'Arm Mali'],
  msm: ['other', 'Qualcomm Adreno'],
  msm_dpu: ['other', 'Qualcomm Adreno'],
  adreno: ['other', 'Qualcomm Adreno'],
  powervr: ['other', 'Imagination PowerVR'],
  asahi: ['apple', 'Apple GPU'],
};

/** Graphics of systems on a chip: render nodes whose device is no PCI device, and NVIDIA's Jetson by its model. */
export async function findChipCards(world: MachineWorld): Promise<Card[]> {
  const nodes = (await world.list('/sys/class/drm')).filter((name) => /^renderD\d+$/.test(name));
  const drivers = await Promise.all(
    nodes.map(async (node) => {
      const device = parseUevent((await world.readText(`/sys/class/drm/${node}/device/uevent`)) ?? '');
      return device['PCI_SLOT_NAME'] === undefined ? device['DRIVER'] : undefined;
    }),
  );
  const cards = [...new Set(drivers)].flatMap((driver): Card[] => {
    const [vendor, name] = chips[driver ?? ''] ?? [];
    return vendor === undefined || name === undefined
      ? []
      : [cardOf({ vendor, name, driverLoaded: true }, { driver, shared: true })];
  });
  return [...cards, ...(await findJetson(world))];
}

async function findJetson(world: MachineWorld): Promise<Card[]> {
  const model = ((await world.readText('/proc/device-tree/model')) ?? '').replaceAll('\0', '').trim();
  if (!/^NVIDIA .*(Jetson|Orin|Xavier)/.test(model)) return [];
  const driverLoaded = (await world.exists('/dev/nvhost-gpu')) || (await world.exists('/dev/nvgpu'));
  return [
    cardOf(
      { vendor: 'nvidia', name: model, driverLoaded },
      { driver: driverLoaded ? 'nvgpu' : undefined, shared: true },
    ),
  ];
}
