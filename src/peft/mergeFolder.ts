import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../files/makeFolder';
import { writeFileAtomic } from '../files/atomic';
import { writeFolderAtomic } from '../files/atomicFolder';
import { filesBesideWeights } from '../files/besideWeights';
import { systemCode } from '../files/fileError';
import type { ModelFolder } from '../files/modelFolder';
import { requireComputable } from '../files/quantized';
import { LabError } from '../shared/errors';
import { mergeableOf, requireMergeable } from './merge';
import { writeMergedWeights, type MergeProgress } from './mergeWeights';
import { readAdapter, type ReadAdapter } from './read';
import { mostExperts, readMoe, type ReadMoe } from './readMoe';
import { replacedTensors } from './replacedTensors';

export interface Merged {
  /** Modules whose weights have changed. */
  readonly modules: number;
  /** Tensors of modules that were trained whole, which took the place of the model's. */
  readonly replaced: readonly string[];
  /** Those that the model had none of. */
  readonly added: readonly string[];
  /** What the model's folder holds that was not copied: its weights in other forms, adapters. */
  readonly leftOut: readonly string[];
}

/**
 * Writes a model folder with an adapter merged into the weights: the model's files under their own names, each tensor in the
 * type that it had, tensor by tensor, so that memory does not grow with the model. The folder appears whole or not at all.
 *
 * @param out absolute; new or empty
 * @throws LabError `adapter-invalid` where merging would not be exact or the adapter does not fit, `not-writable`,
 *   `model-dtype-unsupported`, `weights-not-finite`, `cancelled`
 */
export async function mergeFolder(
  adapterFolder: string,
  model: ModelFolder,
  out: string,
  told: (progress: MergeProgress) => void,
  signal: AbortSignal,
): Promise<Merged> {
  requireComputable(model);
  await requireEmpty(out);
  const adapter = await readMergeable(adapterFolder, model);
  const { replaced, added } = replacedTensors(model, adapter.modulesToSave);
  const beside = await filesBesideWeights(model);
  await writeFolderAtomic(out, async (building) => {
    await writeMergedWeights(building, { model, adapter, replaced, added, told, signal });
    for (const name of beside.files) {
      const target = path.join(building, name);
      await makeFolder(path.dirname(target));
      await writeFileAtomic(target, createReadStream(path.join(model.dir, name)));
    }
    // Merging takes its time: somebody may have put something there.
    await requireEmpty(out);
  });
  const [names, more] = [[...replaced.keys()], [...added.keys()]];
  return { modules: adapter.modules.size, replaced: names, added: more, leftOut: beside.others };
}

async function readMergeable(folder: string, model: ModelFolder): Promise<ReadAdapter | ReadMoe> {
  const experts = await mostExperts(folder);
  // Said before anything is read that need not be.
  if (experts !== undefined) requireMergeable({ kind: 'moe-lora', experts });
  const adapter = await (experts === undefined ? readAdapter : readMoe)(folder, model);
  requireMergeable(mergeableOf(adapter));
  return adapter;
}

async function requireEmpty(folder: string): Promise<void> {
  const refuse = (what: string): LabError =>
    new LabError(
      'not-writable',
      `The merged model cannot be written to ${folder}, which ${what}.`,
      'Name a folder that is new or empty.',
    );
  const present = await readdir(folder).catch((thrown: unknown) => {
    const code = systemCode(thrown);
    if (code === 'ENOENT') return [];
    throw code === 'ENOTDIR' ? refuse('is no folder') : thrown;
  });
  if (present[0] !== undefined) throw refuse(`holds "${present[0]}"`);
}
