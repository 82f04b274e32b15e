import { changed, ldconfig, manifest, onPci, type Machine } from './fakeMachine';

/** Linux machines as people have them, with what their kernels and commands say. */

const lib = '/usr/lib/x86_64-linux-gnu';
export const cuda11 = [
  'libcudart.so.11.0',
  'libcublas.so.11',
  'libcublasLt.so.11',
  'libcufft.so.10',
  'libcurand.so.10',
  'libcusolver.so.11',
  'libcusparse.so.11',
  'libcudnn.so.8',
];

const systemFiles = {
  '/proc/meminfo': 'MemTotal:       65786916 kB\nMemFree:  1000 kB\nMemAvailable:   60123456 kB\n',
};
const ubuntuFiles = {
  ...systemFiles,
  '/etc/os-release': 'NAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n',
  '/usr/share/misc/pci.ids': [
    '# List of PCI IDs',
    '1002  Advanced Micro Devices, Inc. [AMD/ATI]',
    '\t1638  Cezanne [Radeon Vega Series / Radeon Vega Mobile Series]',
    '\t744c  Navi 31 [Radeon RX 7900 XT/7900 XTX/7900 GRE/7900M]',
    '10de  NVIDIA Corporation',
    '\t2684  AD102 [GeForce RTX 4090]',
    '\t\t1043 889a  ROG Strix',
    '\t28a0  AD107M [GeForce RTX 4060 Max-Q / Mobile]',
    '8086  Intel Corporation',
    '\t56a0  DG2 [Arc A770]',
    '\ta7a0  Raptor Lake-P [Iris Xe Graphics]',
    'C 03  Display controller',
  ].join('\n'),
};
const fedoraFiles = {
  ...systemFiles,
  '/etc/os-release': 'NAME="Fedora Linux"\nID=fedora\nVERSION_ID=41\n',
  '/usr/share/hwdata/pci.ids': ubuntuFiles['/usr/share/misc/pci.ids'],
};
const nvidiaDriver = {
  '/proc/driver/nvidia/version':
    'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC 2024\nGCC version:  gcc version 13.2.0\n',
  '/dev/nvidiactl': '',
  '/dev/nvidia0': '',
};
const nvidiaVulkan = { '/usr/share/vulkan/icd.d/nvidia_icd.json': manifest('libGLX_nvidia.so.0') };
const nvidiaLibraries = ['libcuda.so.1', 'libGLX_nvidia.so.0', 'libX11.so.6', 'libXext.so.6'];

export const rtx4090: Machine = {
  files: {
    ...ubuntuFiles,
    ...nvidiaDriver,
    ...nvidiaVulkan,
    ...onPci('0000:00:00.0', { class: '0x060000', id: '8086:4660' }),
    ...onPci('0000:01:00.0', { class: '0x030000', id: '10de:2684', driver: 'nvidia' }),
    ...onPci('0000:01:00.1', { class: '0x040300', id: '10de:22ba', driver: 'snd_hda_intel' }),
    '/proc/driver/nvidia/gpus/0000:01:00.0/information':
      'Model: \t\t NVIDIA GeForce RTX 4090\nIRQ:   \t\t 187\nGPU UUID: \t GPU-0\n',
    [`${lib}/libnvidia-ml.so.550.54.14`]: '',
  },
  commands: {
    'nvidia-smi': 'NVIDIA GeForce RTX 4090, 24564, 23984, 550.54.14, 00000000:01:00.0\n',
    'ldconfig -p': ldconfig(
      ['libvulkan.so.1', ...nvidiaLibraries, ...cuda11].map((name) => `${lib}/${name}`),
    ),
  },
};

export const nouveau: Machine = {
  files: {
    ...ubuntuFiles,
    ...onPci('0000:01:00.0', { class: '0x030000', id: '10de:2684', driver: 'nouveau' }),
    '/dev/dri/renderD128': '',
  },
  commands: { 'ldconfig -p': ldconfig([`${lib}/libvulkan.so.1`]) },
};

export const noLoader: Machine = changed(
  rtx4090,
  { commands: { 'ldconfig -p': ldconfig([...nvidiaLibraries, ...cuda11].map((name) => `${lib}/${name}`)) } },
  ['ldconfig'],
);

/** docker run --gpus all nvidia/cuda:11.2.2-cudnn8-runtime-ubuntu20.04, with libvulkan1 added to the image. */
export const container: Machine = {
  env: { NVIDIA_VISIBLE_DEVICES: 'all', NVIDIA_DRIVER_CAPABILITIES: 'compute,utility' },
  files: {
    '/.dockerenv': '',
    '/etc/os-release': 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n',
    ...nvidiaDriver,
    ...onPci('0000:01:00.0', { class: '0x030000', id: '10de:2684', driver: 'nvidia' }),
    ...onPci('0000:05:00.0', { class: '0x030000', id: '1a03:2000', driver: 'ast' }),
  },
  commands: {
    'nvidia-smi': rtx4090.commands!['nvidia-smi']!,
    'ldconfig -p': ldconfig(['libvulkan.so.1', 'libcuda.so.1', ...cuda11].map((name) => `${lib}/${name}`)),
  },
};

/** The same computer's container without --gpus: /sys and /proc still show the card. */
export const containerWithoutCard: Machine = changed(container, {}, ['/dev/', 'nvidia-smi']);

export const rx7900: Machine = {
  files: {
    ...fedoraFiles,
    ...onPci('0000:03:00.0', {
      class: '0x030000',
      id: '1002:744c',
      driver: 'amdgpu',
      files: {
        mem_info_vram_total: '25753026560\n',
        mem_info_vram_used: '753026560\n',
        mem_busy_percent: '0\n',
      },
    }),
    '/usr/share/vulkan/icd.d/radeon_icd.x86_64.json': manifest('/usr/lib64/libvulkan_radeon.so'),
    '/usr/share/vulkan/icd.d/radeon_icd.i686.json': manifest('/usr/lib/libvulkan_radeon.so'),
    '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json': manifest('/usr/lib64/libvulkan_lvp.so'),
    '/usr/lib64/libvulkan_radeon.so': '',
    '/usr/lib64/libvulkan_lvp.so': '',
    '/usr/lib64/libvulkan.so.1': '',
    '/dev/dri/card1': '',
    '/dev/dri/renderD128': '',
  },
};

/** Only lavapipe's manifest is there, as where mesa-vulkan-drivers was taken apart. */
export const lavapipe: Machine = changed(rx7900, {}, ['/usr/share/vulkan/icd.d/radeon']);

const intelVulkan = {
  '/usr/share/vulkan/icd.d/intel_icd.x86_64.json': manifest('libvulkan_intel.so'),
  [`${lib}/libvulkan_intel.so`]: '',
  [`${lib}/libvulkan.so.1`]: '',
  '/dev/dri/renderD128': '',
};

/** An Arc A770 beside the graphics of the processor. */
export const arc: Machine = {
  files: {
    ...ubuntuFiles,
    ...intelVulkan,
    ...onPci('0000:00:02.0', { class: '0x038000', id: '8086:a7a0', driver: 'i915' }),
    ...onPci('0000:03:00.0', { class: '0x030000', id: '8086:56a0', driver: 'xe' }),
  },
};

export const apu: Machine = {
  files: {
    ...ubuntuFiles,
    ...onPci('0000:04:00.0', {
      class: '0x030000',
      id: '1002:1638',
      driver: 'amdgpu',
      files: { mem_info_vram_total: '536870912\n', mem_info_vram_used: '100000000\n' },
    }),
    '/usr/share/vulkan/icd.d/radeon_icd.json': manifest('libvulkan_radeon.so'),
    [`${lib}/libvulkan_radeon.so`]: '',
    [`${lib}/libvulkan.so.1`]: '',
    '/dev/dri/renderD128': '',
  },
};

export const laptop: Machine = {
  files: {
    ...ubuntuFiles,
    ...intelVulkan,
    ...nvidiaDriver,
    ...nvidiaVulkan,
    ...onPci('0000:00:02.0', { class: '0x030000', id: '8086:a7a0', driver: 'i915' }),
    ...onPci('0000:01:00.0', { class: '0x030200', id: '10de:28a0', driver: 'nvidia' }),
  },
  commands: {
    'nvidia-smi': 'NVIDIA GeForce RTX 4060 Laptop GPU, 8188, 7957, 550.54.14, 00000000:01:00.0\n',
    'ldconfig -p': ldconfig(nvidiaLibraries.map((name) => `${lib}/${name}`)),
  },
};

/** CUDA 12 beside the driver, as NVIDIA's own repository installs it. */
export const h100: Machine = changed(
  rtx4090,
  {
    files: onPci('0000:17:00.0', { class: '0x030200', id: '10de:2330', driver: 'nvidia' }),
    commands: {
      'nvidia-smi': 'NVIDIA H100 80GB HBM3, 81559, 81004, 580.159.04, 00000000:17:00.0\n',
      'ldconfig -p': ldconfig([
        ...['libvulkan.so.1', ...nvidiaLibraries].map((name) => `${lib}/${name}`),
        ...['libcudart.so.12', 'libcublas.so.12', 'libcufft.so.11', 'libcurand.so.10'].map(
          (name) => `/usr/local/cuda-12.4/targets/x86_64-linux/lib/${name}`,
        ),
      ]),
    },
  },
  ['/sys/bus/pci/devices/0000:01', '/proc/driver/nvidia', `${lib}/libnvidia-ml`],
);

/** As the machine that these tests were written on: no display controller, no /sys/class/drm, no Vulkan. */
export const server: Machine = {
  files: {
    '/etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
    ...onPci('0000:00:00.0', { class: '0x060000', id: '8086:0d57' }),
    ...onPci('0000:00:01.0', { class: '0xffff00', id: '1af4:1045', driver: 'virtio-pci' }),
  },
  commands: { 'ldconfig -p': ldconfig(['/lib/x86_64-linux-gnu/libz3.so.4']) },
};

/** A server's own chip, which draws the console. */
export const aspeed: Machine = changed(server, {
  files: onPci('0000:05:00.0', { class: '0x030000', id: '1a03:2000', driver: 'ast' }),
});

export const jetson: Machine = {
  arch: 'arm64',
  files: {
    ...systemFiles,
    '/proc/device-tree/model': 'NVIDIA Jetson AGX Orin Developer Kit\0',
    '/dev/nvhost-gpu': '',
  },
};

export const raspberry: Machine = {
  arch: 'arm64',
  files: {
    ...systemFiles,
    '/etc/os-release': 'ID=debian\n',
    '/sys/class/drm/card0/device/uevent': 'DRIVER=vc4-drm\n',
    '/sys/class/drm/renderD128/device/uevent': 'DRIVER=v3d\nOF_NAME=gpu\nOF_COMPATIBLE_0=brcm,2712-v3d\n',
    '/dev/dri/renderD128': '',
    '/usr/lib/aarch64-linux-gnu/libvulkan.so.1': '',
    '/usr/lib/aarch64-linux-gnu/libvulkan_broadcom.so': '',
    '/usr/share/vulkan/icd.d/broadcom_icd.aarch64.json': manifest(
      '/usr/lib/aarch64-linux-gnu/libvulkan_broadcom.so',
    ),
  },
};

export const wsl: Machine = {
  env: { WSL_DISTRO_NAME: 'Ubuntu' },
  files: {
    ...ubuntuFiles,
    '/dev/dxg': '',
    '/usr/lib/wsl/lib/nvidia-smi': '',
    ...onPci('6b3c:00:00.0', { class: '0x030200', id: '1414:008e', driver: 'dxgkrnl' }),
    '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json': manifest('libvulkan_lvp.so'),
  },
  commands: {
    '/usr/lib/wsl/lib/nvidia-smi': 'NVIDIA GeForce RTX 4070, 12282, 11039, 560.94, 00000000:01:00.0\n',
    'ldconfig -p': ldconfig([
      '/usr/lib/wsl/lib/libcuda.so.1',
      ...['libvulkan.so.1', ...cuda11].map((name) => `${lib}/${name}`),
    ]),
  },
};
