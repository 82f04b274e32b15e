import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { RuntimeFiles } from './plan';

/** Leaves of a runtime's folder what its device loads on this machine. */
export async function tidy(
  folder: string,
  { keep, drop }: Pick<RuntimeFiles, 'keep' | 'drop'>,
): Promise<void> {
  for (const { folder: parts, only } of keep) {
    let within = join(folder, parts);
    for (const name of only.split('/')) {
      const others = (await readdir(within)).filter((other) => other !== name);
      for (const other of others) await rm(join(within, other), { recursive: true });
      within = join(within, name);
    }
  }
  if (!drop) return;
  for (const file of await filesOf(folder)) {
    if (drop.test(basename(file))) await rm(file);
  }
}

/** Moves the files that belong elsewhere than their archive put them. */
export async function moveFiles(folder: string, moves: RuntimeFiles['moves']): Promise<void> {
  for (const { from, to } of moves) {
    for (const path of from) {
      const moved = await rename(join(folder, path), join(folder, to)).then(
        () => true,
        () => false,
      );
      if (moved) break;
    }
  }
}

/** The bytes of all files below a folder; files that vanish meanwhile count as nothing. */
export async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const file of await filesOf(folder)) {
    bytes += await lstat(file).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return bytes;
}

/** Every file and link below a folder, as absolute paths; a folder that vanishes meanwhile is empty. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const below = await Promise.all(
    entries.map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesOf(path) : [path];
    }),
  );
  return below.flat();
}
