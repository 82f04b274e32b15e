import { inContainer } from './surroundings';
import type { MachineWorld } from './world';

type Family = 'debian' | 'ubuntu' | 'fedora' | 'arch' | 'suse';

/** What a Linux distribution packages, in words. */
const needs = {
  loader: 'the Vulkan loader',
  mesa: "Mesa's Vulkan drivers",
  nvidia: "NVIDIA's driver",
  nvidiaVulkan: "the Vulkan part of NVIDIA's driver",
  nvidiaCuda: "the CUDA part of NVIDIA's driver",
  firmware: "the card's firmware",
  x11: 'the X11 libraries',
} as const;
export type Need = keyof typeof needs;

const apt = 'apt install';
const dnf = 'dnf install';
const pacman = 'pacman -S';
const zypper = 'zypper install';

/**
 * Packages by distribution. NVIDIA's: Debian wiki NvidiaGraphicsDrivers (component non-free), Ubuntu Server guide,
 * RPM Fusion Howto/NVIDIA, ArchWiki NVIDIA. SERIES is the driver's first number, by which Ubuntu names its packages.
 */
const packages: Readonly<Record<Need, Partial<Record<Family, string>>>> = {
  loader: {
    debian: `${apt} libvulkan1`,
    ubuntu: `${apt} libvulkan1`,
    fedora: `${dnf} vulkan-loader`,
    arch: `${pacman} vulkan-icd-loader`,
    suse: `${zypper} libvulkan1`,
  },
  mesa: {
    debian: `${apt} mesa-vulkan-drivers`,
    ubuntu: `${apt} mesa-vulkan-drivers`,
    fedora: `${dnf} mesa-vulkan-drivers`,
    arch: `${pacman} vulkan-radeon vulkan-intel`,
    suse: `${zypper} libvulkan_radeon libvulkan_intel`,
  },
  nvidia: {
    debian: `${apt} nvidia-driver`,
    ubuntu: 'ubuntu-drivers install',
    fedora: `${dnf} akmod-nvidia`,
    arch: `${pacman} nvidia-open`,
  },
  nvidiaVulkan: {
    debian: `${apt} nvidia-vulkan-icd`,
    ubuntu: `${apt} libnvidia-gl-SERIES`,
    fedora: `${dnf} xorg-x11-drv-nvidia-libs`,
    arch: `${pacman} nvidia-utils`,
  },
  nvidiaCuda: {
    debian: `${apt} libcuda1`,
    ubuntu: `${apt} libnvidia-compute-SERIES`,
    fedora: `${dnf} xorg-x11-drv-nvidia-cuda`,
    arch: `${pacman} nvidia-utils`,
  },
  firmware: {
    debian: `${apt} firmware-misc-nonfree firmware-amd-graphics`,
    ubuntu: `${apt} linux-firmware`,
    fedora: `${dnf} linux-firmware`,
    arch: `${pacman} linux-firmware`,
    suse: `${zypper} kernel-firmware-all`,
  },
  x11: {
    debian: `${apt} libx11-6 libxext6`,
    ubuntu: `${apt} libx11-6 libxext6`,
    fedora: `${dnf} libX11 libXext`,
    arch: `${pacman} libx11 libxext`,
    suse: `${zypper} libX11-6 libXext6`,
  },
};

const families: Readonly<Record<string, Family>> = {
  ubuntu: 'ubuntu',
  debian: 'debian',
  fedora: 'fedora',
  rhel: 'fedora',
  centos: 'fedora',
  arch: 'arch',
  suse: 'suse',
  opensuse: 'suse',
};

/**
 * "Install the Vulkan loader with 'sudo apt install libvulkan1'", by /etc/os-release; without a full stop.
 *
 * @param series the first number of NVIDIA's driver
 */
export async function install(need: Need, world: MachineWorld, series?: string): Promise<string> {
  const family = parseOsRelease((await world.readText('/etc/os-release')) ?? '');
  const command = family === undefined ? undefined : packages[need][family];
  if (command === undefined || (command.includes('SERIES') && series === undefined)) {
    return need === 'nvidia'
      ? "Install NVIDIA's driver (https://www.nvidia.com/drivers)"
      : `Install ${needs[need]} with the system's package manager`;
  }
  // Images of containers have no sudo.
  const sudo = (await inContainer(world)) ? '' : 'sudo ';
  return `Install ${needs[need]} with '${sudo}${command.replace('SERIES', series ?? '')}'`;
}

/** The family of a distribution by ID, then ID_LIKE (man os-release). */
export function parseOsRelease(text: string): Family | undefined {
  const value = (name: string): string[] =>
    (new RegExp(`^${name}=["']?([^"'\\n]*)`, 'm').exec(text)?.[1] ?? '').toLowerCase().split(/\s+/);
  const known = [...value('ID'), ...value('ID_LIKE')]
    // openSUSE's variants are opensuse-leap and opensuse-tumbleweed.
    .map((id) => families[id.startsWith('opensuse') ? 'opensuse' : id]);
  return known.find((family) => family !== undefined);
}
