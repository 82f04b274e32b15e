export type Vendor = 'nvidia' | 'amd' | 'intel' | 'apple' | 'other';

/** A graphics card, or the graphics part of a processor, as the machine describes it. */
export interface Card {
  readonly vendor: Vendor;
  /** As the vendor sells it where the machine knows that, else vendor and PCI number. */
  readonly name: string;
  readonly memoryBytes?: number;
  readonly freeBytes?: number;
  /** The driver's version for NVIDIA and on Windows, else the name of the kernel's driver. */
  readonly driver?: string;
  /** Whether a driver that can compute has the card; nouveau and vfio-pci do not count. */
  readonly driverLoaded: boolean;
  /** The memory is the system's, so that both numbers are the system's too. */
  readonly shared?: boolean;
}

type Maybe<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/** A card without the fields that are undefined. */
export function cardOf(
  known: Pick<Card, 'vendor' | 'name' | 'driverLoaded'>,
  perhaps: Maybe<Omit<Card, 'vendor' | 'name' | 'driverLoaded'>> = {},
): Card {
  const given = Object.entries(perhaps).filter(([, value]) => value !== undefined);
  return { ...known, ...Object.fromEntries(given) };
}

/** Vendors by PCI number (https://pci-ids.ucw.cz). */
const vendorIds: Readonly<Record<string, Vendor>> = {
  '10de': 'nvidia',
  '1002': 'amd',
  '1022': 'amd',
  '8086': 'intel',
  '106b': 'apple',
};

export const vendorOfId = (id: string): Vendor => vendorIds[id.toLowerCase()] ?? 'other';

/** The vendor that a product's name tells, for machines that give no number. */
export function vendorOfName(name: string): Vendor {
  if (/nvidia|geforce|quadro|tesla/i.test(name)) return 'nvidia';
  if (/\bamd\b|\bati\b|radeon|firepro/i.test(name)) return 'amd';
  if (/intel/i.test(name)) return 'intel';
  return /apple/i.test(name) ? 'apple' : 'other';
}

export const vendorWords: Readonly<Record<Vendor, string>> = {
  nvidia: 'NVIDIA',
  amd: 'AMD',
  intel: 'Intel',
  apple: 'Apple',
  other: 'other',
};
