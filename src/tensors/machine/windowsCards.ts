import { cardOf, vendorOfId, vendorOfName, type Card, type Vendor } from './card';
import { objectsOf, textOf } from './json';
import { listNvidiaCards } from './nvidia';
import type { MachineWorld } from './world';

const script =
  'Get-CimInstance Win32_VideoController | ' +
  'Select-Object Name,DriverVersion,AdapterRAM,PNPDeviceID | ConvertTo-Json -Compress';

/** Cards of a Windows machine, or of the Windows around a WSL. */
export async function findWindowsCards(world: MachineWorld): Promise<Card[]> {
  const listed = parseVideoControllers(
    (await world.run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script])) ?? '',
  );
  if (world.platform !== 'win32') return listed;
  const nvidia = await listNvidiaCards(world);
  return nvidia.length === 0
    ? listed
    : [...nvidia.map(({ card }) => card), ...listed.filter(({ vendor }) => vendor !== 'nvidia')];
}

/**
 * Win32_VideoController as JSON: an object for one card, a list for several
 * (https://learn.microsoft.com/windows/win32/cimwin32prov/win32-videocontroller).
 */
export function parseVideoControllers(text: string): Card[] {
  return objectsOf(text).flatMap((entry): Card[] => {
    const name = textOf(entry['Name'])?.replaceAll(/\((R|TM|C)\)/g, '');
    const place = textOf(entry['PNPDeviceID']) ?? '';
    // Screens of remote sessions and virtual displays are controllers too, but sit on no bus.
    if (name === undefined || !/^(PCI|ACPI)\\/i.test(place)) return [];
    const id = /VEN_([0-9A-F]{4})/i.exec(place)?.[1];
    const byId = id === undefined ? 'other' : vendorOfId(id);
    const vendor = byId === 'other' ? vendorOfName(name) : byId;
    // Windows' own driver for cards that have none.
    const driverLoaded = !/^Microsoft Basic/i.test(name);
    const shared = isShared(vendor, name) ? true : undefined;
    return [
      cardOf(
        { vendor, name: driverLoaded ? name : nameless(vendor, place, name), driverLoaded },
        {
          shared,
          memoryBytes: shared ? undefined : memoryOf(entry['AdapterRAM']),
          driver: driverLoaded ? driverOf(vendor, textOf(entry['DriverVersion'])) : undefined,
        },
      ),
    ];
  });
}

/** AdapterRAM has 32 bits and stops at 4 GiB, or a mebibyte below. */
const memoryOf = (bytes: unknown): number | undefined =>
  typeof bytes === 'number' && bytes > 0 && bytes < 2 ** 32 - 2 ** 20 ? bytes : undefined;

/** Windows does not say which memory a card has, its product's name does. */
function isShared(vendor: Vendor, name: string): boolean {
  if (vendor === 'intel') return !/\bArc\b.*\b[AB]\d{2,3}M?\b|\bMAX\b/i.test(name);
  if (vendor === 'amd')
    return /Radeon (Graphics|\d{3,4}[MS]\b|Vega \d+ (Mobile )?Graphics|R\d Graphics)/.test(name);
  return vendor === 'other';
}

/** NVIDIA's own version is the last five digits of Windows': 32.0.15.6094 is 560.94. */
function driverOf(vendor: Vendor, version: string | undefined): string | undefined {
  if (vendor !== 'nvidia' || version === undefined) return version;
  const digits = version.replaceAll(/\D/g, '').slice(-5);
  return digits.length === 5 ? `${digits.slice(0, 3)}.${digits.slice(3)}` : version;
}

function nameless(vendor: Vendor, place: string, name: string): string {
  const device = /DEV_([0-9A-F]{4})/i.exec(place)?.[1]?.toLowerCase();
  const makers: Partial<Record<Vendor, string>> = {
    nvidia: 'NVIDIA card 10de',
    amd: 'AMD card 1002',
    intel: 'Intel card 8086',
  };
  const maker = makers[vendor];
  return maker === undefined || device === undefined ? name : `${maker}:${device}`;
}
