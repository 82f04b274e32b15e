import { cardOf, vendorOfName, type Card } from './card';
import { objectsOf, textOf } from './json';
import type { MachineWorld } from './world';

/** Cards of a Mac, as its System Information lists them. */
export async function findMacCards(world: MachineWorld): Promise<Card[]> {
  const report = await world.run('/usr/sbin/system_profiler', ['SPDisplaysDataType', '-json']);
  const cards = parseSystemProfiler(report ?? '');
  if (cards.every(({ shared }) => shared !== true)) return cards;
  const bytes = Number((await world.run('/usr/sbin/sysctl', ['-n', 'hw.memsize'])) ?? NaN);
  return bytes > 0
    ? cards.map((card) => (card.shared === true ? { ...card, memoryBytes: bytes } : card))
    : cards;
}

/** `system_profiler SPDisplaysDataType -json`; a card without Metal counts as one without driver. */
export function parseSystemProfiler(text: string): Card[] {
  return objectsOf(text, 'SPDisplaysDataType').flatMap((entry): Card[] => {
    const name = textOf(entry['sppci_model']) ?? textOf(entry['_name']);
    if (name === undefined) return [];
    const vendor = vendorOfName(`${name} ${textOf(entry['spdisplays_vendor']) ?? ''}`);
    const shared = vendor === 'apple' || entry['spdisplays_vram_shared'] !== undefined;
    return [
      cardOf(
        { vendor, name, driverLoaded: vendor === 'apple' || hasMetal(entry) },
        shared ? { shared } : { memoryBytes: parseSize(textOf(entry['spdisplays_vram'])) },
      ),
    ];
  });
}

/** Releases name the key differently: spdisplays_metal, spdisplays_mtlgpufamilysupport, spdisplays_metalfamily. */
const hasMetal = (entry: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(entry).some(
    ([key, value]) => /metal|mtl/i.test(key) && !/not|unsupported/i.test(textOf(value) ?? ''),
  );

function parseSize(text: string | undefined): number | undefined {
  const [, number, unit] = /^(\d+) ?([MG])B$/i.exec(text ?? '') ?? [];
  return number === undefined ? undefined : Number(number) * 2 ** (unit?.toUpperCase() === 'G' ? 30 : 20);
}
