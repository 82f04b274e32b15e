import type { MachineWorld } from './world';

/** Whether this process runs in a container: Docker and Podman leave a file, Kubernetes and LXC a variable. */
export async function inContainer(world: MachineWorld): Promise<boolean> {
  if (world.platform !== 'linux') return false;
  return (
    (world.env['KUBERNETES_SERVICE_HOST'] ?? world.env['container'] ?? '') !== '' ||
    (await world.exists('/.dockerenv')) ||
    (await world.exists('/run/.containerenv'))
  );
}

/** Whether Windows hands its cards to this Linux (WSL 2). */
export const inWsl = (world: MachineWorld): Promise<boolean> => world.exists('/dev/dxg');

/** Flags of a container's start, in words. */
export const containerFlags = (flags: string): string => `'${flags}' (in devcontainer.json: "runArgs")`;

export const startContainer = (flags: string): string => `Start the container with ${containerFlags(flags)}`;
