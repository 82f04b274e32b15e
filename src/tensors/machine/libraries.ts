import path from 'node:path';
import type { MachineWorld } from './world';

/**
 * Where the dynamic loader finds shared libraries. Linux: LD_LIBRARY_PATH, the cache of ldconfig, the usual folders
 * (man ld.so). Windows: the system's folder and PATH
 * (https://learn.microsoft.com/windows/win32/dlls/dynamic-link-library-search-order).
 *
 * @param names file names, as libvulkan.so.1
 * @returns the path of each that is found
 */
export async function findLibraries(
  names: readonly string[],
  world: MachineWorld,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const cache = world.platform === 'linux' ? await readCache(world) : new Map<string, string>();
  await Promise.all(
    names.map(async (name) => {
      const file =
        (await findIn(searchPath(world), name, world)) ??
        cache.get(name) ??
        (await findIn(usualFolders(world), name, world));
      if (file !== undefined) found.set(name, file);
    }),
  );
  return found;
}

/** @returns the file's path in the first folder that has it */
export async function findIn(
  folders: readonly string[],
  name: string,
  world: MachineWorld,
): Promise<string | undefined> {
  const { join } = world.platform === 'win32' ? path.win32 : path.posix;
  for (const folder of folders) {
    if (await world.exists(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

/** The folders that the environment names. */
function searchPath({ platform, env }: MachineWorld): string[] {
  const listed = platform === 'win32' ? (env['PATH'] ?? env['Path']) : env['LD_LIBRARY_PATH'];
  return (listed ?? '').split(platform === 'win32' ? ';' : /[:;]/).filter((folder) => folder !== '');
}

const multiarch: Readonly<Record<string, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/** The folders that are searched without being named. */
export function usualFolders({ platform, arch, env }: MachineWorld): string[] {
  if (platform === 'win32') return [path.win32.join(env['SystemRoot'] ?? 'C:\\Windows', 'System32')];
  const triple = multiarch[arch];
  if (triple === undefined) return ['/lib', '/usr/lib'];
  // Not /lib and /usr/lib, which hold libraries of 32 bits on Fedora and are the same as lib64 on Arch.
  return [`/lib/${triple}`, `/usr/lib/${triple}`, '/lib64', '/usr/lib64'];
}

async function readCache(world: MachineWorld): Promise<ReadonlyMap<string, string>> {
  // Debian keeps /sbin off the PATH of everyone but root.
  for (const program of ['ldconfig', '/sbin/ldconfig', '/usr/sbin/ldconfig']) {
    const listing = await world.run(program, ['-p']);
    if (listing !== undefined) return parseLdconfig(listing, world.arch);
  }
  return new Map();
}

const cacheArch: Readonly<Record<string, string>> = { x64: 'x86-64', arm64: 'AArch64' };

/** The lines of `ldconfig -p` for this architecture: `libz.so.1 (libc6,x86-64) => /lib/x86_64-linux-gnu/libz.so.1`. */
export function parseLdconfig(text: string, arch: string): Map<string, string> {
  const wanted = cacheArch[arch];
  const libraries = new Map<string, string>();
  for (const [, name, kind, file] of text.matchAll(/^\s+(\S+) \(([^)]*)\) => (.+)$/gm)) {
    if (name === undefined || file === undefined || libraries.has(name)) continue;
    if (wanted === undefined || (kind ?? '').split(/, ?/).includes(wanted)) libraries.set(name, file.trim());
  }
  return libraries;
}
