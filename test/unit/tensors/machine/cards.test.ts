import assert from 'node:assert/strict';
import { findCards, type Card } from '../../../../src/tensors/machine/cards';
import { changed, fakeMachine, type Machine } from './fakeMachine';
import * as machines from './machines';

const gib = 2 ** 30;
const system = { memoryBytes: 65786916 * 1024, freeBytes: 60123456 * 1024, shared: true };
const iris: Card = {
  vendor: 'intel',
  name: 'Intel Iris Xe Graphics',
  driver: 'i915',
  driverLoaded: true,
  ...system,
};
const rtx4090: Card = {
  vendor: 'nvidia',
  name: 'NVIDIA GeForce RTX 4090',
  memoryBytes: 24564 * 2 ** 20,
  freeBytes: 23984 * 2 ** 20,
  driver: '550.54.14',
  driverLoaded: true,
};
const rtx4070: Card = {
  ...rtx4090,
  name: 'NVIDIA GeForce RTX 4070',
  memoryBytes: 12282 * 2 ** 20,
  freeBytes: 11039 * 2 ** 20,
  driver: '560.94',
};

const cases: readonly [what: string, machine: Machine, cards: readonly Card[]][] = [
  ['a desktop with an RTX 4090', machines.rtx4090, [rtx4090]],
  [
    'the same where nvidia-smi is missing, by the kernel module',
    changed(machines.rtx4090, {}, ['nvidia-smi']),
    [{ vendor: 'nvidia', name: 'NVIDIA GeForce RTX 4090', driver: '550.54.14', driverLoaded: true }],
  ],
  [
    'an NVIDIA card on nouveau, named by pci.ids',
    machines.nouveau,
    [{ vendor: 'nvidia', name: 'NVIDIA GeForce RTX 4090', driver: 'nouveau', driverLoaded: false }],
  ],
  [
    'an NVIDIA card without pci.ids and driver, by its number',
    changed(
      machines.nouveau,
      { files: { '/sys/bus/pci/devices/0000:01:00.0/uevent': 'PCI_ID=10DE:2684\n' } },
      ['/usr/share/misc'],
    ),
    [{ vendor: 'nvidia', name: 'NVIDIA card 10de:2684', driverLoaded: false }],
  ],
  [
    "a container with the card, and the server's own chip last",
    machines.container,
    [rtx4090, { vendor: 'other', name: 'ASPEED display adapter', driver: 'ast', driverLoaded: true }],
  ],
  [
    'a sandbox that shows only the kernel module',
    changed(machines.container, {}, ['nvidia-smi', '/sys']),
    [{ vendor: 'nvidia', name: 'NVIDIA card', driver: '550.54.14', driverLoaded: true }],
  ],
  [
    'a Radeon RX 7900 with its memory',
    machines.rx7900,
    [
      {
        vendor: 'amd',
        name: 'AMD Radeon RX 7900 XT/7900 XTX/7900 GRE/7900M',
        driver: 'amdgpu',
        driverLoaded: true,
        memoryBytes: 25753026560,
        freeBytes: 25000000000,
      },
    ],
  ],
  [
    "an AMD processor's graphics, with the system's memory",
    machines.apu,
    [
      {
        vendor: 'amd',
        name: 'AMD Radeon Vega Series / Radeon Vega Mobile Series',
        driver: 'amdgpu',
        driverLoaded: true,
        ...system,
      },
    ],
  ],
  [
    'an Intel Arc before the graphics of the processor',
    machines.arc,
    [{ vendor: 'intel', name: 'Intel Arc A770', driver: 'xe', driverLoaded: true }, iris],
  ],
  [
    'a laptop: NVIDIA before Intel, which is first on the bus',
    machines.laptop,
    [
      {
        ...rtx4090,
        name: 'NVIDIA GeForce RTX 4060 Laptop GPU',
        memoryBytes: 8188 * 2 ** 20,
        freeBytes: 7957 * 2 ** 20,
      },
      iris,
    ],
  ],
  [
    'eight cards, the one with the most memory first',
    changed(machines.h100, {
      commands: {
        'nvidia-smi':
          'NVIDIA A100-SXM4-40GB, 40960, 40000, 550.54.14, 00000000:07:00.0\nNVIDIA H100 80GB HBM3, 81559, 81004, 550.54.14, 00000000:17:00.0\n',
      },
    }),
    [
      { ...rtx4090, name: 'NVIDIA H100 80GB HBM3', memoryBytes: 81559 * 2 ** 20, freeBytes: 81004 * 2 ** 20 },
      { ...rtx4090, name: 'NVIDIA A100-SXM4-40GB', memoryBytes: 40960 * 2 ** 20, freeBytes: 40000 * 2 ** 20 },
    ],
  ],
  ['a server without a card', machines.server, []],
  [
    "a server's own chip",
    machines.aspeed,
    [{ vendor: 'other', name: 'ASPEED display adapter', driver: 'ast', driverLoaded: true }],
  ],
  [
    'a Jetson, which has no PCI card and no nvidia-smi',
    machines.jetson,
    [
      {
        vendor: 'nvidia',
        name: 'NVIDIA Jetson AGX Orin Developer Kit',
        driver: 'nvgpu',
        driverLoaded: true,
        ...system,
      },
    ],
  ],
  [
    'a Jetson with nvidia-smi, once',
    changed(machines.jetson, { commands: { 'nvidia-smi': 'Orin (nvgpu), [N/A], [N/A], 540.4.0, [N/A]\n' } }),
    [{ vendor: 'nvidia', name: 'NVIDIA Orin (nvgpu)', driver: '540.4.0', driverLoaded: true, ...system }],
  ],
  [
    'a Raspberry Pi',
    machines.raspberry,
    [{ vendor: 'other', name: 'Broadcom VideoCore', driver: 'v3d', driverLoaded: true, ...system }],
  ],
  ['WSL with an NVIDIA card', machines.wsl, [rtx4070]],
  [
    'WSL with an AMD card, which only Windows names',
    changed(machines.wsl, { commands: { 'powershell.exe': JSON.stringify(machines.controllers.amd) } }, [
      '/usr/lib/wsl',
    ]),
    [{ vendor: 'amd', name: 'AMD Radeon RX 6600', driver: '31.0.24027.1012', driverLoaded: true }],
  ],
  [
    'WSL where nobody names the card',
    changed(machines.wsl, {}, ['/usr/lib/wsl']),
    [{ vendor: 'other', name: 'graphics card of Windows', driverLoaded: true }],
  ],
  [
    'Windows with NVIDIA and Intel, without its screen of remote sessions',
    machines.windows,
    [
      rtx4070,
      {
        vendor: 'intel',
        name: 'Intel UHD Graphics 770',
        driver: '31.0.101.4502',
        driverLoaded: true,
        shared: true,
      },
    ],
  ],
  [
    'Windows without nvidia-smi: no memory, for AdapterRAM stops at 4 GiB',
    changed(machines.windows, {}, ['nvidia-smi']),
    [
      { vendor: 'nvidia', name: 'NVIDIA GeForce RTX 4070', driver: '560.94', driverLoaded: true },
      {
        vendor: 'intel',
        name: 'Intel UHD Graphics 770',
        driver: '31.0.101.4502',
        driverLoaded: true,
        shared: true,
      },
    ],
  ],
  [
    "Windows with a card on Microsoft's driver",
    changed(
      machines.windows,
      { commands: { 'powershell.exe': JSON.stringify(machines.controllers.basic) } },
      ['nvidia-smi'],
    ),
    [{ vendor: 'nvidia', name: 'NVIDIA card 10de:2786', driverLoaded: false }],
  ],
  [
    'a Mac with M2',
    machines.m2,
    [{ vendor: 'apple', name: 'Apple M2', driverLoaded: true, shared: true, memoryBytes: 16 * gib }],
  ],
  [
    'a Mac from before Metal',
    machines.oldMac,
    [
      {
        vendor: 'intel',
        name: 'Intel HD Graphics 3000',
        driverLoaded: false,
        shared: true,
        memoryBytes: 8 * gib,
      },
    ],
  ],
  [
    'a Mac with a Radeon',
    machines.macPro,
    [{ vendor: 'amd', name: 'AMD Radeon Pro 5500M', driverLoaded: true, memoryBytes: 4 * gib }],
  ],
  ['a system that is not searched', { platform: 'freebsd' }, []],
];

describe('findCards', () => {
  for (const [what, machine, cards] of cases) {
    it(`finds ${what}`, async () => {
      assert.deepEqual(await findCards(fakeMachine(machine)), cards);
    });
  }
});
