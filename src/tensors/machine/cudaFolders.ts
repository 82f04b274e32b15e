import path from 'node:path';
import { findIn, findLibraries } from './libraries';
import type { MachineWorld } from './world';

/** Where CUDA's installers, conda and distributions put the libraries. */
export async function cudaFolders(world: MachineWorld): Promise<string[]> {
  const { env } = world;
  if (world.platform === 'win32') {
    const roots = Object.keys(env).filter((name) => /^CUDA_PATH(_V11_\d)?$/i.test(name));
    return roots.flatMap((name) => (env[name] ? [path.win32.join(env[name], 'bin')] : []));
  }
  const versions = (await world.list('/usr/local')).filter((name) => name.startsWith('cuda')).sort();
  const toolkits = [
    env['CUDA_HOME'],
    env['CUDA_PATH'],
    ...versions.map((name) => `/usr/local/${name}`),
    '/opt/cuda',
  ];
  return [
    ...toolkits.flatMap((root) => (root ? [`${root}/lib64`, `${root}/targets/x86_64-linux/lib`] : [])),
    ...(env['CONDA_PREFIX'] ? [`${env['CONDA_PREFIX']}/lib`] : []),
  ];
}

/** The number of a newer CUDA, which is what most people have and think is enough. */
export async function newerCuda(world: MachineWorld): Promise<string | undefined> {
  if (world.platform === 'win32') return undefined;
  const names = ['libcudart.so.13', 'libcudart.so.12'];
  const found = await findLibraries(names, world);
  const folders = await cudaFolders(world);
  for (const name of names) {
    if (found.has(name) || (await findIn(folders, name, world)) !== undefined) return name.split('.').at(-1);
  }
  return undefined;
}
