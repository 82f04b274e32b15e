import path from 'node:path';
import { fromHome as homeward, hubCaches, portable, snapshotOf, type Environment } from './hubCache';
import { isFile } from './isFile';

export interface BaseModelSearch {
  /** What the file says: a folder, or a name on the hub with or without a revision (`org/name@revision`). */
  readonly name: string;
  /** The file's own folder, absolute. */
  readonly folder: string;
  /** Roots of the workspace, absolute. */
  readonly workspaceFolders?: readonly string[];
  /** The user's own answer, by name: the setting `adapterLab.modelFolders`. Relative ones are the workspace's. */
  readonly modelFolders?: Readonly<Record<string, string>>;
  /** Where the hub's cache and the home folder are told; `process.env` where it is left out. */
  readonly environment?: Environment;
}

/** Where a base model lies, or every place that was looked at. */
export type FoundBaseModel =
  | { readonly folder: string; readonly places?: undefined }
  | { readonly folder?: undefined; readonly places: readonly string[] };

/**
 * Finds the folder of a base model: what the user has set for the name, then a folder from the file on, from the roots of the
 * workspace on, an absolute one or one under `~`, then a snapshot in the hub's cache. Nothing is loaded from the net.
 * A folder counts where it holds a config.json.
 */
export async function findBaseModel(search: BaseModelSearch): Promise<FoundBaseModel> {
  const name = search.name.trim();
  const places: string[] = [];
  if (name === '') return { places };
  for (const place of [...new Set([...setPlaces(name, search), ...folderPlaces(name, search)])]) {
    if (await isModel(place)) return { folder: place };
    places.push(place);
  }
  const repository = hubName(name);
  if (repository === undefined) return { places };
  for (const cache of hubCaches(search.environment ?? process.env)) {
    const place = path.join(cache, `models--${repository.id.replace('/', '--')}`);
    const snapshot = await snapshotOf(place, repository.revision);
    if (snapshot !== undefined) return { folder: snapshot };
    places.push(place);
  }
  return { places };
}

function setPlaces(name: string, search: BaseModelSearch): string[] {
  const { modelFolders = {}, workspaceFolders = [] } = search;
  const set = Object.hasOwn(modelFolders, name) ? modelFolders[name] : undefined;
  if (typeof set !== 'string' || set === '') return [];
  const folder = fromHome(set, search);
  return path.isAbsolute(folder)
    ? [path.normalize(folder)]
    : workspaceFolders.map((root) => path.resolve(root, folder));
}

function folderPlaces(name: string, search: BaseModelSearch): string[] {
  const folder = portable(fromHome(name, search));
  if (path.isAbsolute(folder)) return [path.normalize(folder)];
  // Another system's absolute path is nowhere here.
  if (path.win32.isAbsolute(folder)) return [folder];
  return [search.folder, ...(search.workspaceFolders ?? [])].map((root) => path.resolve(root, folder));
}

const fromHome = (folder: string, { environment = process.env }: BaseModelSearch): string =>
  homeward(folder, environment);

/** `name` or `org/name`, with letters that the hub allows. */
function hubName(name: string): { readonly id: string; readonly revision: string | undefined } | undefined {
  const found = /^([A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)?)(?:@([\w][\w./-]*))?$/.exec(name);
  const [, id, revision] = found ?? [];
  return id === undefined || /\.\.|--/.test(id) || revision?.includes('..') ? undefined : { id, revision };
}

const isModel = (folder: string): Promise<boolean> => isFile(path.join(folder, 'config.json'));
