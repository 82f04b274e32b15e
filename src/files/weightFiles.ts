import { access, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LabError } from '../shared/errors';
import { requireInFolder } from './inFolder';
import { readJson } from './json';

/** The weight files of a model folder, and which of them each tensor is in (undefined: one file holds them all). */
export interface WeightFiles {
  readonly files: readonly string[];
  readonly fileOf: ReadonlyMap<string, string> | undefined;
}

const single = 'model.safetensors';
export const weightIndexName = 'model.safetensors.index.json';

/**
 * Finds the safetensors files of a Hugging Face folder: `model.safetensors`, or the shards that
 * `model.safetensors.index.json` lists.
 *
 * @throws LabError `model-weights-missing` (with a word about PyTorch's pickles where only those are there),
 *   `model-config-invalid` where the index is not sound, or a weight file is a link out of the folder
 */
export async function findWeightFiles(folder: string): Promise<WeightFiles> {
  if (await exists(join(folder, single))) {
    await requireInFolder(folder, join(folder, single), 'model-config-invalid', 'The weight file');
    return { files: [join(folder, single)], fileOf: undefined };
  }
  if (!(await exists(join(folder, weightIndexName)))) throw await noWeights(folder);
  const fileOf = await readIndex(join(folder, weightIndexName), folder);
  const files = [...new Set(fileOf.values())].sort();
  for (const file of files) {
    if (await exists(file)) {
      await requireInFolder(folder, file, 'model-config-invalid', 'The shard');
      continue;
    }
    const tensor = [...fileOf].find(([, holder]) => holder === file)?.[0];
    throw new LabError(
      'model-weights-missing',
      `The shard ${basename(file)}, which ${join(folder, weightIndexName)} lists for tensor "${tensor}", is missing.`,
      'Download the missing shard into the model folder.',
    );
  }
  return { files, fileOf };
}

async function readIndex(path: string, folder: string): Promise<Map<string, string>> {
  const value = await readJson(path, {
    what: 'The weight index',
    missing: 'model-weights-missing',
    invalid: 'model-config-invalid',
    next: 'Download the index again.',
  });
  const map: unknown = (value as { weight_map?: unknown } | null)?.weight_map;
  const pairs = typeof map === 'object' && map !== null ? Object.entries(map) : [];
  if (pairs.length === 0) throw badIndex(path, 'has no weight_map');
  return new Map(
    pairs.map(([tensor, file]: [string, unknown]) => {
      // A shard lies in the folder itself; anything else would let an index read files elsewhere.
      if (typeof file !== 'string' || file === '' || /[\\/\0]/.test(file) || file.startsWith('.')) {
        throw badIndex(path, `names no file of its folder for "${tensor}"`);
      }
      return [tensor, join(folder, file)];
    }),
  );
}

const badIndex = (path: string, what: string): LabError =>
  new LabError('model-config-invalid', `The weight index ${path} ${what}.`, 'Download the index again.');

async function noWeights(folder: string): Promise<LabError> {
  const names = await readdir(folder);
  const pickle = names.find((name) => /^pytorch_model.*\.bin(\.index\.json)?$/.test(name));
  if (pickle !== undefined) {
    return new LabError(
      'model-weights-missing',
      `${folder} holds PyTorch's ${pickle} but no ${single}; pickles are not read, because they can run code.`,
      'Save the model once more with safe_serialization=True.',
    );
  }
  const gguf = names.find((name) => /\.gguf$/i.test(name));
  if (gguf !== undefined) {
    return new LabError(
      'model-weights-missing',
      `${folder} holds ${gguf} but no ${single}; GGUF files are for inference and not read.`,
      'Use the model in safetensors that it was made from.',
    );
  }
  return new LabError(
    'model-weights-missing',
    `${folder} holds no ${single} and no ${weightIndexName}.`,
    'Check the path of the model, or download its weights.',
  );
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
