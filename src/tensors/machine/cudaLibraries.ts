import path from 'node:path';
import type { Card } from './card';
import { cudaFolders, newerCuda } from './cudaFolders';
import { findIn, findLibraries } from './libraries';
import { install } from './packages';
import { inContainer, inWsl, startContainer } from './surroundings';
import { listed, type Trouble } from './trouble';
import type { MachineWorld } from './world';

/** What libtensorflow 2.9 opens (tensorflow/stream_executor/platform/default/dso_loader.cc), the driver's part first. */
const libraries = {
  linux: {
    driver: 'libcuda.so.1',
    toolkit: [
      'libcudart.so.11.0',
      'libcublas.so.11',
      'libcublasLt.so.11',
      'libcufft.so.10',
      'libcurand.so.10',
      'libcusolver.so.11',
      'libcusparse.so.11',
      'libcudnn.so.8',
    ],
  },
  win32: {
    driver: 'nvcuda.dll',
    toolkit: [
      'cudart64_110.dll',
      'cublas64_11.dll',
      'cublasLt64_11.dll',
      'cufft64_10.dll',
      'curand64_10.dll',
      'cusolver64_11.dll',
      'cusparse64_11.dll',
      'cudnn64_8.dll',
    ],
  },
} as const;

/** Which of CUDA's libraries the dynamic loader does not find. */
export async function cudaLibraryTrouble(card: Card, world: MachineWorld): Promise<Trouble | undefined> {
  const { driver, toolkit } = libraries[world.platform === 'win32' ? 'win32' : 'linux'];
  const found = await findLibraries([driver, ...toolkit], world);
  if (!found.has(driver)) return driverPart(card, driver, world);
  const missing = toolkit.filter((name) => !found.has(name));
  if (missing.length === 0) return undefined;
  const folders = await cudaFolders(world);
  const files = await Promise.all(missing.map((name) => findIn(folders, name, world)));
  const absent = missing.filter((_, index) => files[index] === undefined);
  return absent.length > 0
    ? toolkitPart(card, absent, world)
    : notSearched(
        card,
        missing,
        files.filter((file) => file !== undefined),
        world,
      );
}

async function driverPart(card: Card, name: string, world: MachineWorld): Promise<Trouble> {
  return {
    code: 'cuda-driver-library-missing',
    sentence: `The CUDA part of NVIDIA's driver (${name}) is missing for the ${card.name}.`,
    fix: await driverFix(card, world),
  };
}

async function driverFix(card: Card, world: MachineWorld): Promise<string> {
  if (world.platform === 'win32' || (await inWsl(world))) {
    return "Install NVIDIA's driver for Windows again (https://www.nvidia.com/drivers).";
  }
  return (await inContainer(world))
    ? `${startContainer('--gpus all -e NVIDIA_DRIVER_CAPABILITIES=all')}.`
    : `${await install('nvidiaCuda', world, card.driver?.split('.')[0])}.`;
}

/** Installed, but in folders that the dynamic loader does not search. */
function notSearched(
  card: Card,
  missing: readonly string[],
  files: readonly string[],
  world: MachineWorld,
): Trouble {
  const windows = world.platform === 'win32';
  const { dirname } = windows ? path.win32 : path.posix;
  const holding = [...new Set(files.map((file) => dirname(file)))];
  return {
    code: 'cuda-libraries-not-searched',
    sentence: `TensorFlow's CUDA library for the ${card.name} does not find ${listed(missing)}, which ${missing.length > 1 ? 'lie' : 'lies'} in ${listed(holding)}, where the system does not look.`,
    fix: windows
      ? `Add ${listed(holding)} to PATH and start VS Code again.`
      : `Put 'export LD_LIBRARY_PATH=${holding.join(':')}:$LD_LIBRARY_PATH' into ~/.profile, sign in again and start VS Code.`,
  };
}

async function toolkitPart(card: Card, missing: readonly string[], world: MachineWorld): Promise<Trouble> {
  const windows = world.platform === 'win32';
  const verb = missing.length > 1 ? 'are' : 'is';
  const onlyCudnn = missing.every((name) => name.includes('cudnn'));
  const newer = await newerCuda(world);
  const what = onlyCudnn ? 'cuDNN 8.1 for CUDA 11.2' : 'CUDA 11.2 and cuDNN 8.1';
  return {
    code: 'cuda-libraries-missing',
    sentence: `TensorFlow's CUDA library needs ${what} for the ${card.name}, of which ${listed(missing)} ${verb} missing${newer === undefined ? '' : ` (CUDA ${newer} is installed, but cannot stand in for it)`}.`,
    fix: windows
      ? windowsFix(onlyCudnn)
      : `Install ${what} with 'conda install -c conda-forge cudatoolkit=11.2 cudnn=8.1' and start VS Code where LD_LIBRARY_PATH holds $CONDA_PREFIX/lib.`,
  };
}

const windowsFix = (onlyCudnn: boolean): string => {
  const cudnn = 'cuDNN 8.1 (https://developer.nvidia.com/rdp/cudnn-archive)';
  return onlyCudnn
    ? `Install ${cudnn} and put its bin folder on PATH.`
    : `Install CUDA 11.2 (https://developer.nvidia.com/cuda-toolkit-archive) and ${cudnn} and put their bin folders on PATH.`;
};
