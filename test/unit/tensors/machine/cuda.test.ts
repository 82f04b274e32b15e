import assert from 'node:assert/strict';
import { changed, ldconfig, type Machine } from './fakeMachine';
import * as machines from './machines';
import { cudaTroubleOf } from './troubles';

const lib = '/usr/lib/x86_64-linux-gnu';
const aCard = 'NVIDIA GeForce RTX 4090';
const conda =
  "with 'conda install -c conda-forge cudatoolkit=11.2 cudnn=8.1' and start VS Code where LD_LIBRARY_PATH holds $CONDA_PREFIX/lib.";
const inCache = (names: readonly string[]): Machine => ({
  commands: { 'ldconfig -p': ldconfig(names.map((name) => `${lib}/${name}`)) },
});
const toolkit = (folder: string): Record<string, string> =>
  Object.fromEntries(machines.cuda11.map((name) => [`${folder}/${name}`, '']));

describe('cudaTrouble: nothing is missing', () => {
  const fine: readonly [what: string, machine: Machine][] = [
    ['on a desktop with CUDA 11.2', machines.rtx4090],
    ['in a container with CUDA 11.2', machines.container],
    ['in WSL with CUDA 11.2', machines.wsl],
    ['on Windows with CUDA 11.2', machines.windows],
    [
      "in conda's folder that LD_LIBRARY_PATH names",
      changed(machines.rtx4090, {
        ...inCache(['libcuda.so.1']),
        env: { LD_LIBRARY_PATH: ':/opt/conda/lib' },
        files: toolkit('/opt/conda/lib'),
      }),
    ],
    ['with a choice of cards', changed(machines.rtx4090, { env: { CUDA_VISIBLE_DEVICES: '0' } })],
  ];
  for (const [what, machine] of fine) {
    it(what, async () => {
      assert.equal(await cudaTroubleOf(machine), undefined);
    });
  }
});

describe('cudaTrouble: what is missing', () => {
  const cases: readonly [what: string, machine: Machine, code: string, sentence: string, fix: string][] = [
    [
      'a build for macOS',
      machines.m2,
      'cuda-platform',
      "TensorFlow's CUDA library (libtensorflow 2.9.1) exists for Linux and Windows on x64 only, not for macOS with its Apple M2.",
      "Use the device 'webgpu' or the processor instead.",
    ],
    [
      'a build for Linux on arm64',
      machines.jetson,
      'cuda-platform',
      "TensorFlow's CUDA library (libtensorflow 2.9.1) exists for Linux and Windows on x64 only, not for Linux on arm64 with its NVIDIA Jetson AGX Orin Developer Kit.",
      "Use the device 'webgpu' or the processor instead.",
    ],
    [
      "a card of NVIDIA's",
      machines.arc,
      'no-nvidia-card',
      "TensorFlow's CUDA library needs an NVIDIA card, and this computer has the Intel Arc A770 and the Intel Iris Xe Graphics.",
      "Use the device 'webgpu' or the processor instead.",
    ],
    [
      'any card',
      machines.server,
      'no-card',
      'This computer has no graphics card: /sys/bus/pci/devices lists none and nvidia-smi names none.',
      'Compute on the processor, or open the folder on a computer with a graphics card.',
    ],
    [
      'the driver',
      machines.nouveau,
      'nvidia-nouveau',
      `The ${aCard} runs on nouveau and not on NVIDIA's own driver: its kernel module (nvidia) is missing.`,
      "Install NVIDIA's driver with 'sudo ubuntu-drivers install' and restart the computer.",
    ],
    [
      'a driver for CUDA 11.2 on Linux',
      changed(
        machines.rtx4090,
        { commands: { 'nvidia-smi': 'NVIDIA Tesla V100, 16160, 16000, 440.118.02, 00000000:01:00.0' } },
        ['/proc/driver', `${lib}/libnvidia-ml`],
      ),
      'nvidia-driver-too-old',
      'The driver of the NVIDIA Tesla V100 is version 440.118.02, and CUDA 11.2 needs 450.80.02 or later.',
      'Update the driver to version 450.80.02 or later (https://www.nvidia.com/drivers) and restart the computer.',
    ],
    [
      'a driver for CUDA 11.2 on Windows',
      changed(machines.windows, {
        commands: { 'nvidia-smi': 'GeForce GTX 1080, 8192, 8000, 456.37, 00000000:01:00.0' },
      }),
      'nvidia-driver-too-old',
      'The driver of the NVIDIA GeForce GTX 1080 is version 456.37, and CUDA 11.2 needs 456.38 or later.',
      'Update the driver to version 456.38 or later (https://www.nvidia.com/drivers) and restart the computer.',
    ],
    [
      'a card that the environment hides',
      changed(machines.rtx4090, { env: { CUDA_VISIBLE_DEVICES: '-1' } }),
      'cuda-card-hidden',
      `CUDA_VISIBLE_DEVICES is '-1', which hides the ${aCard}.`,
      'Unset CUDA_VISIBLE_DEVICES and start again.',
    ],
    [
      "the CUDA part of Fedora's driver",
      changed(machines.rtx4090, { ...inCache(machines.cuda11), files: { '/etc/os-release': 'ID=fedora\n' } }),
      'cuda-driver-library-missing',
      `The CUDA part of NVIDIA's driver (libcuda.so.1) is missing for the ${aCard}.`,
      "Install the CUDA part of NVIDIA's driver with 'sudo dnf install xorg-x11-drv-nvidia-cuda'.",
    ],
    [
      'everything but CUDA 12 on an H100',
      machines.h100,
      'cuda-libraries-missing',
      "TensorFlow's CUDA library needs CUDA 11.2 and cuDNN 8.1 for the NVIDIA H100 80GB HBM3, of which libcudart.so.11.0, libcublas.so.11, libcublasLt.so.11, libcufft.so.10, libcusolver.so.11, libcusparse.so.11 and libcudnn.so.8 are missing (CUDA 12 is installed, but cannot stand in for it).",
      `Install CUDA 11.2 and cuDNN 8.1 ${conda}`,
    ],
    [
      'cuDNN alone',
      changed(
        machines.rtx4090,
        inCache(['libcuda.so.1', ...machines.cuda11.filter((name) => !name.includes('cudnn'))]),
      ),
      'cuda-libraries-missing',
      `TensorFlow's CUDA library needs cuDNN 8.1 for CUDA 11.2 for the ${aCard}, of which libcudnn.so.8 is missing.`,
      `Install cuDNN 8.1 for CUDA 11.2 ${conda}`,
    ],
    [
      'the path to libraries that are there',
      changed(machines.rtx4090, {
        ...inCache(['libcuda.so.1', 'libcudnn.so.8']),
        files: toolkit('/usr/local/cuda-11.2/lib64'),
      }),
      'cuda-libraries-not-searched',
      `TensorFlow's CUDA library for the ${aCard} does not find libcudart.so.11.0, libcublas.so.11, libcublasLt.so.11, libcufft.so.10, libcurand.so.10, libcusolver.so.11 and libcusparse.so.11, which lie in /usr/local/cuda-11.2/lib64, where the system does not look.`,
      "Put 'export LD_LIBRARY_PATH=/usr/local/cuda-11.2/lib64:$LD_LIBRARY_PATH' into ~/.profile, sign in again and start VS Code.",
    ],
    [
      'cuDNN, where the rest only lacks the path',
      changed(
        changed(machines.rtx4090, {
          ...inCache(['libcuda.so.1']),
          files: toolkit('/usr/local/cuda-11.2/lib64'),
        }),
        {},
        ['/usr/local/cuda-11.2/lib64/libcudnn'],
      ),
      'cuda-libraries-missing',
      `TensorFlow's CUDA library needs cuDNN 8.1 for CUDA 11.2 for the ${aCard}, of which libcudnn.so.8 is missing.`,
      `Install cuDNN 8.1 for CUDA 11.2 ${conda}`,
    ],
    [
      'a folder on PATH on Windows',
      changed(machines.windows, {
        env: {
          PATH: 'C:\\Windows\\System32',
          CUDA_PATH: 'C:\\Program Files\\NVIDIA GPU Computing Toolkit\\CUDA\\v11.2',
        },
      }),
      'cuda-libraries-not-searched',
      "TensorFlow's CUDA library for the NVIDIA GeForce RTX 4070 does not find cudart64_110.dll, cublas64_11.dll, cublasLt64_11.dll, cufft64_10.dll, curand64_10.dll, cusolver64_11.dll, cusparse64_11.dll and cudnn64_8.dll, which lie in C:\\Program Files\\NVIDIA GPU Computing Toolkit\\CUDA\\v11.2\\bin, where the system does not look.",
      'Add C:\\Program Files\\NVIDIA GPU Computing Toolkit\\CUDA\\v11.2\\bin to PATH and start VS Code again.',
    ],
    [
      'cuDNN on Windows',
      changed(machines.windows, {}, [
        'C:\\Program Files\\NVIDIA GPU Computing Toolkit\\CUDA\\v11.2\\bin\\cudnn',
      ]),
      'cuda-libraries-missing',
      "TensorFlow's CUDA library needs cuDNN 8.1 for CUDA 11.2 for the NVIDIA GeForce RTX 4070, of which cudnn64_8.dll is missing.",
      'Install cuDNN 8.1 (https://developer.nvidia.com/rdp/cudnn-archive) and put its bin folder on PATH.',
    ],
    [
      'everything on Windows',
      changed(machines.windows, {}, ['C:\\Program Files\\NVIDIA GPU Computing Toolkit']),
      'cuda-libraries-missing',
      "TensorFlow's CUDA library needs CUDA 11.2 and cuDNN 8.1 for the NVIDIA GeForce RTX 4070, of which cudart64_110.dll, cublas64_11.dll, cublasLt64_11.dll, cufft64_10.dll, curand64_10.dll, cusolver64_11.dll, cusparse64_11.dll and cudnn64_8.dll are missing.",
      'Install CUDA 11.2 (https://developer.nvidia.com/cuda-toolkit-archive) and cuDNN 8.1 (https://developer.nvidia.com/rdp/cudnn-archive) and put their bin folders on PATH.',
    ],
  ];
  for (const [what, machine, code, sentence, fix] of cases) {
    it(what, async () => {
      assert.deepEqual(await cudaTroubleOf(machine), { code, sentence, fix });
    });
  }
});
