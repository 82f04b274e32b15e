import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { isFile } from './isFile';

/** Where the hub's cache and the home folder are told: `process.env`, or what a test gives. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A model in the hub's cache on this machine. */
export interface HubModel {
  /** `org/name` */
  readonly name: string;
  /** The snapshot of its main revision; absolute. */
  readonly folder: string;
}

/** The home folder. */
export const homeOf = (environment: Environment): string =>
  environment['HOME'] ?? environment['USERPROFILE'] ?? homedir();

/** A path that begins with `~` from the home folder on. */
export function fromHome(folder: string, environment: Environment): string {
  const rest = /^~(?:[\\/](.*))?$/s.exec(folder);
  return rest ? path.join(homeOf(environment), portable(rest[1] ?? '')) : folder;
}

/** A relative path as Windows writes it is one here too. */
export const portable = (folder: string): string =>
  path.sep === '/' && !path.win32.isAbsolute(folder) ? folder.replaceAll('\\', '/') : folder;

/** huggingface_hub's order: `HF_HUB_CACHE` (or its older name), `HF_HOME/hub`, the usual place. */
export function hubCaches(environment: Environment): string[] {
  const told = environment['HF_HUB_CACHE'] ?? environment['HUGGINGFACE_HUB_CACHE'];
  const home = environment['HF_HOME'];
  const cache = environment['XDG_CACHE_HOME'] ?? path.join(homeOf(environment), '.cache');
  const all = [
    ...(told ? [told] : []),
    ...(home ? [path.join(home, 'hub')] : []),
    path.join(cache, 'huggingface', 'hub'),
  ];
  return [...new Set(all.map((folder) => path.resolve(fromHome(folder, environment))))];
}

/** `snapshots/<commit>` of a cached repository, where the commit is the revision itself or what `refs/<revision>` says. */
export async function snapshotOf(repository: string, revision = 'main'): Promise<string | undefined> {
  const ref = await readFile(path.join(repository, 'refs', revision), 'utf8').catch(() => undefined);
  const commit = ref?.trim();
  const names = [commit, revision].filter((name) => name !== undefined && /^[\w.-]+$/.test(name));
  for (const name of names) {
    const snapshot = path.join(repository, 'snapshots', name ?? '');
    if (await isFile(path.join(snapshot, 'config.json'))) return snapshot;
  }
  return undefined;
}

/** The models in the hub's cache, by name; nothing is loaded from the net. A name counts once, where it is found first. */
export async function hubModels(environment: Environment = process.env): Promise<HubModel[]> {
  const found = new Map<string, HubModel>();
  for (const cache of hubCaches(environment)) {
    for (const entry of await readdir(cache).catch(() => [] as string[])) {
      if (!entry.startsWith('models--')) continue;
      const name = entry.slice('models--'.length).replace('--', '/');
      const folder = found.has(name) ? undefined : await snapshotOf(path.join(cache, entry));
      if (folder !== undefined) found.set(name, { name, folder });
    }
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}
