import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../files/atomic';
import { writeFolderAtomic } from '../files/atomicFolder';
import { systemCode } from '../files/fileError';
import { writeSafetensors, type TensorToWrite } from '../files/safetensorsWrite';
import { LabError } from '../shared/errors';
import type { NamedArray } from '../shared/namedArray';

/** The files of an adapter folder: PEFT's two, and the experts of each module where it has several. */
export const configName = 'adapter_config.json';
export const weightsName = 'adapter_model.safetensors';
export const expertsName = 'experts.json';

/** The two files of PEFT's. */
export const adapterFiles = (folder: string) => ({
  config: path.join(folder, configName),
  weights: path.join(folder, weightsName),
});

/** In the weights' header, by dynamic LoRA with a factor of the input, which PEFT has no place for: how large it was. */
export const inputFactorKey = 'adapter_lab.input_factor';

/** What an adapter folder is made of. */
export interface AdapterFiles {
  readonly config: Readonly<Record<string, unknown>>;
  /** By their names in the file; all are stored as float32. */
  readonly tensors: ReadonlyMap<string, NamedArray>;
  /** Experts of each module. */
  readonly experts?: Readonly<Record<string, number>> | undefined;
  /** Of the weights' header: what PEFT has no key for. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** JSON as PEFT writes it: two spaces, keys sorted at every depth. */
export const sortedJson = (value: unknown): string => JSON.stringify(sorted(value), null, 2);

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/**
 * Writes an adapter folder, whole or not at all: built beside its place and renamed. An adapter that is there already is
 * replaced; a folder with other files is not.
 *
 * @param folder absolute; its parent is made where it is missing
 * @throws LabError `adapter-invalid` where the folder holds something else, or the file system's error
 */
export async function writeAdapterFolder(folder: string, files: AdapterFiles): Promise<void> {
  await requireOurs(folder);
  await writeFolderAtomic(folder, async (building) => {
    const tensors = [...files.tensors].map(([name, { shape, values }]): TensorToWrite => ({
      name,
      dtype: 'F32',
      shape,
      data: values,
    }));
    await writeSafetensors(path.join(building, weightsName), tensors, { format: 'pt', ...files.metadata });
    if (files.experts)
      await writeFileAtomic(path.join(building, expertsName), `${sortedJson(files.experts)}\n`);
    await writeFileAtomic(path.join(building, configName), `${sortedJson(files.config)}\n`);
  });
}

async function requireOurs(folder: string): Promise<void> {
  const present = await readdir(folder).catch((thrown: unknown) => {
    if (systemCode(thrown) === 'ENOENT') return [];
    throw thrown;
  });
  const other = present.find((name) => ![configName, weightsName, expertsName].includes(name));
  if (other === undefined) return;
  throw new LabError(
    'adapter-invalid',
    `The adapter cannot be saved to ${folder}, which holds "${other}".`,
    'Give a folder that is empty, new, or an earlier adapter.',
  );
}
