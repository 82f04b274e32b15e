import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileStamp } from '../../files/fileStamp';
import { readModelFolder, type ModelFolder } from '../../files/modelFolder';
import { requireComputable } from '../../files/quantized';
import { toLabError, type LabError } from '../../shared/errors';
import type { Module } from '../../shared/words';

/** What the headers of a model folder say, or why they cannot be read. */
export type ModelFacts =
  | {
      readonly architecture: string;
      readonly layers: number;
      readonly parameters: number;
      readonly modules: readonly Module[];
      /** Why the engine will not compute it, where it will not: its weights are quantized. */
      readonly refusal?: LabError | undefined;
    }
  | { readonly error: LabError };

const freshMs = 2000;

/** Reads headers of model folders, again only when one of their files changed. */
export class FolderCache<T> {
  private readonly known = new Map<string, { at: number; stamp: string; facts: Promise<T> }>();

  /** @param fresh milliseconds in which the disk is not looked at again */
  constructor(
    private readonly read: (folder: string) => Promise<T>,
    private readonly fresh = freshMs,
  ) {}

  /** @param folder absolute path */
  async facts(folder: string): Promise<T> {
    const before = this.known.get(folder);
    if (before && Date.now() - before.at < this.fresh) return before.facts;
    const stamp = await stampOf(folder);
    const facts = before?.stamp === stamp ? before.facts : this.read(folder);
    this.known.set(folder, { at: Date.now(), stamp, facts });
    return facts;
  }
}

/** What models' headers say. */
export class ModelCache extends FolderCache<ModelFacts> {
  /** @param fresh milliseconds in which the disk is not looked at again */
  constructor(fresh?: number) {
    super(read, fresh);
  }
}

async function read(folder: string): Promise<ModelFacts> {
  try {
    const model = await readModelFolder(folder);
    const { architecture, layers, parameters, modules } = model;
    return { architecture, layers, parameters, modules, refusal: refusalOf(model) };
  } catch (thrown) {
    return { error: toLabError(thrown) };
  }
}

function refusalOf(model: ModelFolder): LabError | undefined {
  try {
    requireComputable(model);
    return undefined;
  } catch (thrown) {
    return toLabError(thrown);
  }
}

/** Changes whenever a file that the facts come from does. */
async function stampOf(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const read = names.filter((name) => name === 'config.json' || /\.safetensors(\.index\.json)?$/.test(name));
  const stamps = await Promise.all(
    read.sort().map(async (name) => `${name}/${await fileStamp(join(folder, name))}`),
  );
  return stamps.join('\n');
}
