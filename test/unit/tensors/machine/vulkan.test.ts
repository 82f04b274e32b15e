import assert from 'node:assert/strict';
import { changed, ldconfig, manifest, onPci, type Machine } from './fakeMachine';
import * as machines from './machines';
import { vulkanTroubleOf } from './troubles';

const debian = { '/etc/os-release': 'ID=debian\n' };
const lib = '/usr/lib/x86_64-linux-gnu';
const aCard = 'NVIDIA GeForce RTX 4090';
const radeon = 'AMD Radeon RX 7900 XT/7900 XTX/7900 GRE/7900M';

describe('vulkanTrouble: what is missing', () => {
  const cases: readonly [what: string, machine: Machine, code: string, sentence: string, fix: string][] = [
    [
      'nouveau on Ubuntu',
      machines.nouveau,
      'nvidia-nouveau',
      `The ${aCard} runs on nouveau and not on NVIDIA's own driver: its kernel module (nvidia) is missing.`,
      "Install NVIDIA's driver with 'sudo ubuntu-drivers install' and restart the computer.",
    ],
    [
      'no driver at all on Debian',
      changed(machines.nouveau, {
        files: { ...debian, ...onPci('0000:01:00.0', { class: '0x030000', id: '10de:2684' }) },
      }),
      'nvidia-driver-missing',
      `The ${aCard} has no driver: NVIDIA's kernel module (nvidia) is missing.`,
      "Install NVIDIA's driver with 'sudo apt install nvidia-driver' and restart the computer.",
    ],
    [
      'no driver on a distribution that is not known',
      changed(machines.nouveau, { files: { '/etc/os-release': 'ID=void\n' } }),
      'nvidia-nouveau',
      `The ${aCard} runs on nouveau and not on NVIDIA's own driver: its kernel module (nvidia) is missing.`,
      "Install NVIDIA's driver (https://www.nvidia.com/drivers) and restart the computer.",
    ],
    [
      'a module that Secure Boot keeps out',
      changed(machines.rtx4090, { files: onPci('0000:01:00.0', { class: '0x030000', id: '10de:2684' }) }, [
        'nvidia-smi',
        '/proc/driver',
      ]),
      'nvidia-module-missing',
      `NVIDIA's driver is installed, but its kernel module (nvidia) is not loaded for the ${aCard}.`,
      'Restart the computer, and where Secure Boot is on, enroll the key that signed the module or turn Secure Boot off.',
    ],
    [
      'a driver that was updated since the start',
      changed(machines.rtx4090, { files: { [`${lib}/libnvidia-ml.so.550.90.07`]: '' } }, [
        'nvidia-smi',
        `${lib}/libnvidia-ml`,
      ]),
      'nvidia-driver-mismatch',
      `The kernel still runs version 550.54.14 of NVIDIA's driver for the ${aCard}, and the libraries are those of version 550.90.07.`,
      'Restart the computer.',
    ],
    [
      'a card that a virtual machine has',
      changed(machines.nouveau, {
        files: onPci('0000:01:00.0', { class: '0x030000', id: '10de:2684', driver: 'vfio-pci' }),
      }),
      'card-reserved',
      `The ${aCard} is held by vfio-pci, which keeps it for a virtual machine.`,
      'Take the card out of the settings of vfio-pci and restart the computer.',
    ],
    [
      'an AMD card without kernel driver',
      changed(machines.rx7900, { files: onPci('0000:03:00.0', { class: '0x030000', id: '1002:744c' }) }),
      'driver-missing',
      `The ${radeon} has no kernel driver.`,
      "Install the card's firmware with 'sudo dnf install linux-firmware', update the kernel, and restart the computer.",
    ],
    [
      'the loader on Ubuntu',
      machines.noLoader,
      'vulkan-loader-missing',
      `The Vulkan loader (libvulkan.so.1), through which WebGPU reaches the ${aCard}, is missing.`,
      "Install the Vulkan loader with 'sudo apt install libvulkan1'.",
    ],
    [
      'the loader where only that of 32 bits is there, on Arch',
      changed(machines.noLoader, {
        files: { '/etc/os-release': 'ID=endeavouros\nID_LIKE="arch"\n' },
        commands: { 'ldconfig -p': ldconfig(['/usr/lib32/libvulkan.so.1'], 'libc6') },
      }),
      'vulkan-loader-missing',
      `The Vulkan loader (libvulkan.so.1), through which WebGPU reaches the ${aCard}, is missing.`,
      "Install the Vulkan loader with 'sudo pacman -S vulkan-icd-loader'.",
    ],
    [
      'graphics in a container',
      machines.container,
      'container-without-graphics',
      `This container has the ${aCard} for CUDA only: its Vulkan driver (nvidia_icd.json with libGLX_nvidia.so.0) is missing.`,
      `Start the container with '--gpus all -e NVIDIA_DRIVER_CAPABILITIES=all' (in devcontainer.json: "runArgs").`,
    ],
    [
      'the library behind the manifest that an image brings',
      changed(machines.container, {
        files: { '/etc/vulkan/icd.d/nvidia_icd.json': manifest('libGLX_nvidia.so.0') },
      }),
      'vulkan-library-missing',
      `The Vulkan driver of the ${aCard} is missing: /etc/vulkan/icd.d/nvidia_icd.json names libGLX_nvidia.so.0, which is not there.`,
      `Start the container with '--gpus all -e NVIDIA_DRIVER_CAPABILITIES=all' (in devcontainer.json: "runArgs").`,
    ],
    [
      "X11's libraries in a container",
      changed(machines.container, {
        files: { '/etc/vulkan/icd.d/nvidia_icd.json': manifest('libGLX_nvidia.so.0') },
        commands: {
          'ldconfig -p': ldconfig(
            ['libvulkan.so.1', 'libGLX_nvidia.so.0', 'libX11.so.6'].map((name) => `${lib}/${name}`),
          ),
        },
      }),
      'vulkan-x11-missing',
      `The Vulkan driver of the ${aCard} (libGLX_nvidia.so.0) needs libXext.so.6, which is missing.`,
      "Install the X11 libraries with 'apt install libx11-6 libxext6'.",
    ],
    [
      'the card in a container that was started without it',
      machines.containerWithoutCard,
      'container-without-card',
      `The computer has the NVIDIA card 10de:2684, but this container was started without it: /dev/nvidiactl is missing.`,
      `Start the container with '--gpus all' (in devcontainer.json: "runArgs").`,
    ],
    [
      "a Radeon's devices in a container",
      changed(machines.rx7900, { files: { '/run/.containerenv': '' } }, ['/dev/dri']),
      'container-without-card',
      `The computer has the ${radeon}, but this container was started without it: /dev/dri is missing.`,
      `Start the container with '--device /dev/dri' (in devcontainer.json: "runArgs").`,
    ],
    [
      "NVIDIA's Vulkan part on Ubuntu's server packages",
      changed(machines.rtx4090, {}, ['/usr/share/vulkan']),
      'vulkan-driver-missing',
      `The Vulkan driver of the ${aCard} (nvidia_icd.json with libGLX_nvidia.so.0) is missing.`,
      "Install the Vulkan part of NVIDIA's driver with 'sudo apt install libnvidia-gl-550'.",
    ],
    [
      'all Vulkan drivers on Fedora',
      changed(machines.rx7900, {}, ['/usr/share/vulkan']),
      'vulkan-driver-missing',
      `The Vulkan driver of the ${radeon} is missing: no manifest in /usr/share/vulkan/icd.d or /etc/vulkan/icd.d names it.`,
      "Install Mesa's Vulkan drivers with 'sudo dnf install mesa-vulkan-drivers'.",
    ],
    [
      'all but lavapipe',
      machines.lavapipe,
      'vulkan-software-only',
      `Vulkan has no driver for the ${radeon}, only one that computes on the processor (lvp_icd.x86_64.json).`,
      "Install Mesa's Vulkan drivers with 'sudo dnf install mesa-vulkan-drivers'.",
    ],
    [
      'the driver that VK_ICD_FILENAMES leaves out',
      changed(machines.rx7900, { env: { VK_ICD_FILENAMES: '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json' } }),
      'vulkan-driver-files',
      `VK_ICD_FILENAMES limits Vulkan to /usr/share/vulkan/icd.d/lvp_icd.x86_64.json, which is no driver of the ${radeon}.`,
      'Unset VK_ICD_FILENAMES and start again.',
    ],
    [
      'the right to open the render node',
      changed(machines.rx7900, { forbidden: ['/dev/dri/renderD128'] }),
      'render-node-forbidden',
      `You may not open /dev/dri/renderD128, through which the ${radeon} computes.`,
      "Add yourself to its group with 'sudo usermod -aG render $USER', then sign out and in again.",
    ],
    [
      'Vulkan in WSL',
      machines.wsl,
      'wsl-without-vulkan',
      'WSL has no Vulkan driver for the NVIDIA GeForce RTX 4070: the manifest dzn_icd.json is missing.',
      "Open the folder in Windows itself with the command 'WSL: Reopen Folder in Windows'.",
    ],
    [
      'a card on a server',
      machines.server,
      'no-card',
      'This computer has no graphics card: /sys/bus/pci/devices lists none and nvidia-smi names none.',
      'Compute on the processor, or open the folder on a computer with a graphics card.',
    ],
    [
      'a card in a container',
      changed(machines.server, { files: { '/.dockerenv': '' } }),
      'no-card',
      'This container has no graphics card: /sys/bus/pci/devices lists none and nvidia-smi names none.',
      `Compute on the processor, or start the container with '--gpus all' (in devcontainer.json: "runArgs") for an NVIDIA card or '--device /dev/dri' for another.`,
    ],
    [
      'a card that computes',
      machines.aspeed,
      'card-without-vulkan',
      'The ASPEED display adapter only draws a screen: there is no Vulkan driver for it.',
      'Compute on the processor, or open the folder on a computer with a graphics card.',
    ],
    [
      'Metal on an old Mac',
      machines.oldMac,
      'metal-missing',
      'The Intel HD Graphics 3000 has no Metal on this macOS.',
      'Compute on the processor, or update macOS where the Mac can.',
    ],
    [
      "the card's driver on Windows",
      changed(
        machines.windows,
        { commands: { 'powershell.exe': JSON.stringify(machines.controllers.basic) } },
        ['nvidia-smi'],
      ),
      'driver-missing',
      'The NVIDIA card 10de:2786 has no driver of its own: Windows runs it as a Microsoft Basic Display Adapter.',
      'Install the driver from https://www.nvidia.com/drivers.',
    ],
    [
      'a card on Windows',
      { platform: 'win32' },
      'no-card',
      'This computer has no graphics card: Win32_VideoController lists none.',
      'Compute on the processor, or open the folder on a computer with a graphics card.',
    ],
  ];
  for (const [what, machine, code, sentence, fix] of cases) {
    it(what, async () => {
      assert.deepEqual(await vulkanTroubleOf(machine), { code, sentence, fix });
    });
  }
});
