import type { Machine } from './fakeMachine';

/** Windows machines and Macs, with what their commands say. */

const controller = (
  name: string,
  id: string,
  version: string,
  ram: number | null,
): Record<string, unknown> => ({
  Name: name,
  DriverVersion: version,
  AdapterRAM: ram,
  PNPDeviceID: id,
});
export const controllers = {
  intel: controller(
    'Intel(R) UHD Graphics 770',
    'PCI\\VEN_8086&DEV_4680&SUBSYS_1',
    '31.0.101.4502',
    1073741824,
  ),
  nvidia: controller(
    'NVIDIA GeForce RTX 4070',
    'PCI\\VEN_10DE&DEV_2786&SUBSYS_2',
    '32.0.15.6094',
    4293918720,
  ),
  amd: controller('AMD Radeon RX 6600', 'PCI\\VEN_1002&DEV_73FF&SUBSYS_3', '31.0.24027.1012', 4293918720),
  basic: controller(
    'Microsoft Basic Display Adapter',
    'PCI\\VEN_10DE&DEV_2786&SUBSYS_2',
    '10.0.22621.1',
    null,
  ),
  remote: controller('Microsoft Remote Display Adapter', 'SWD\\REMOTEDISPLAYENUM\\1', '10.0.1', null),
};

const cudaOfWindows = [
  'cudart64_110',
  'cublas64_11',
  'cublasLt64_11',
  'cufft64_10',
  'curand64_10',
  'cusolver64_11',
]
  .concat('cusparse64_11', 'cudnn64_8')
  .map((name) => `C:\\Program Files\\NVIDIA GPU Computing Toolkit\\CUDA\\v11.2\\bin\\${name}.dll`);

export const windows: Machine = {
  platform: 'win32',
  env: {
    PATH: 'C:\\Windows\\System32;C:\\Program Files\\NVIDIA GPU Computing Toolkit\\CUDA\\v11.2\\bin',
    SystemRoot: 'C:\\Windows',
  },
  files: Object.fromEntries(
    [...cudaOfWindows, 'C:\\Windows\\System32\\nvcuda.dll'].map((file) => [file, '']),
  ),
  commands: {
    'powershell.exe': JSON.stringify([controllers.intel, controllers.remote, controllers.nvidia]),
    'nvidia-smi': 'NVIDIA GeForce RTX 4070, 12282, 11039, 560.94, 00000000:01:00.0\r\n',
  },
};

const display = (entry: Record<string, unknown>): string =>
  JSON.stringify({ SPDisplaysDataType: [{ sppci_device_type: 'spdisplays_gpu', ...entry }] });

export const m2: Machine = {
  platform: 'darwin',
  arch: 'arm64',
  commands: {
    '/usr/sbin/system_profiler': display({
      _name: 'Apple M2',
      sppci_model: 'Apple M2',
      sppci_bus: 'spdisplays_builtin',
      sppci_cores: '10',
      spdisplays_vendor: 'sppci_vendor_Apple',
      spdisplays_mtlgpufamilysupport: 'spdisplays_metal3',
    }),
    '/usr/sbin/sysctl': '17179869184\n',
  },
};

export const oldMac: Machine = {
  platform: 'darwin',
  commands: {
    '/usr/sbin/system_profiler': display({
      _name: 'spdisplays_intel_hd_graphics_3000',
      sppci_model: 'Intel HD Graphics 3000',
      spdisplays_vendor: 'Intel',
      spdisplays_vram_shared: '512 MB',
    }),
    '/usr/sbin/sysctl': '8589934592\n',
  },
};

export const macPro: Machine = {
  platform: 'darwin',
  commands: {
    '/usr/sbin/system_profiler': display({
      sppci_model: 'AMD Radeon Pro 5500M',
      spdisplays_vendor: 'sppci_vendor_amd',
      spdisplays_vram: '4 GB',
      spdisplays_metal: 'spdisplays_supported',
    }),
  },
};
