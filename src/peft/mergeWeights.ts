import { createReadStream } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { writeFileAtomic } from '../files/atomic';
import type { FloatDtype } from '../files/dtypes';
import { readJsonAs } from '../files/json';
import type { ModelFolder, ModelTensor } from '../files/modelFolder';
import { streamSafetensors, type TensorToStream } from '../files/safetensorsWrite';
import { weightIndexName } from '../files/weightFiles';
import { cancelled } from '../shared/errors';
import type { NamedArray } from '../shared/namedArray';
import { factorsOf } from './merge';
import { checkedBytes, mergedBytes, storedBytes } from './mergeTensor';
import type { ReadAdapter } from './read';
import type { ReadMoe } from './readMoe';
import type { ReplacedTensors } from './replacedTensors';

export interface MergeProgress {
  /** Bytes of the model's weights that are written, and all of them. */
  readonly done: number;
  readonly total: number;
  /** Name of the weight file that is being written. */
  readonly file: string;
}

export interface Merging extends ReplacedTensors {
  readonly model: ModelFolder;
  readonly adapter: ReadAdapter | ReadMoe;
  readonly told: (progress: MergeProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Writes the weight files of a model with an adapter merged into them, and their index where there are several. What the
 * model had not goes into the last file.
 *
 * @throws LabError `weights-not-finite`, `cancelled`
 */
export async function writeMergedWeights(folder: string, merging: Merging): Promise<void> {
  const { model, added, told, signal } = merging;
  const total = model.headers.reduce((sum, { fileBytes, headerBytes }) => sum + fileBytes - headerBytes, 0);
  // Old checkpoints write some names otherwise than the model is given them, and the files keep theirs.
  const names = new Map([...model.tensors].map(([name, tensor]) => [placeOf(tensor), name]));
  let done = 0;
  for (const [at, { file, tensors, metadata }] of model.headers.entries()) {
    const base = path.basename(file);
    const streamed = [...tensors.values()].map((entry): TensorToStream => {
      const tensor = { ...entry, file };
      const bytes = bytesOf(names.get(placeOf(tensor)), tensor, merging);
      return {
        ...{ name: entry.name, dtype: entry.dtype, shape: entry.shape },
        async *bytes() {
          told({ done, total, file: base });
          for await (const piece of bytes()) {
            if (signal.aborted) throw cancelled();
            yield piece;
          }
          done += entry.end - entry.begin;
        },
      };
    });
    const more = at === model.headers.length - 1 ? [...added].map(asNew) : [];
    await streamSafetensors(path.join(folder, base), [...streamed, ...more], metadata);
    told({ done, total, file: base });
  }
  await writeIndex(folder, merging);
}

const placeOf = ({ file, name }: ModelTensor): string => `${file}\n${name}`;

/** @param name what the model calls the tensor; undefined where its index takes another of that name */
function bytesOf(
  name: string | undefined,
  tensor: ModelTensor,
  { model, adapter, replaced }: Merging,
): () => AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  const array = replaced.get(name ?? '');
  // That its type is one of these, replacedTensors has asked.
  if (array) return () => [checkedBytes(array.values, tensor.dtype as FloatDtype, tensor.name)];
  const module = name?.endsWith('.weight') === true ? name.slice(0, -'.weight'.length) : '';
  if (!adapter.modules.has(module)) return () => storedBytes(tensor);
  return () => {
    const factors = factorsOf(adapter, module);
    return factors ? mergedBytes(tensor, model.family.shape, factors) : storedBytes(tensor);
  };
}

/** As float32, which is exact whatever the adapter's file had. */
const asNew = ([name, { shape, values }]: [string, NamedArray]): TensorToStream => ({
  ...{ name, dtype: 'F32', shape },
  bytes: () => [checkedBytes(values, 'F32', name)],
});

const indexSchema = z.looseObject({
  metadata: z.looseObject({ total_size: z.number().optional() }).optional(),
  weight_map: z.record(z.string(), z.string()),
});

/** The index of shards, with what was added to the last of them. */
async function writeIndex(folder: string, { model, added }: Merging): Promise<void> {
  const [source, last] = [path.join(model.dir, weightIndexName), model.headers.at(-1)?.file];
  if (last === undefined || path.basename(last) === 'model.safetensors') return;
  const target = path.join(folder, weightIndexName);
  if (added.size === 0) return writeFileAtomic(target, createReadStream(source));
  const index = await readJsonAs(source, indexSchema, {
    what: 'The weight index',
    missing: 'model-weights-missing',
    invalid: 'model-config-invalid',
    next: 'Download the index again.',
  });
  const bytes = [...added.values()].reduce((sum, { values }) => sum + values.byteLength, 0);
  const { total_size: size } = index.metadata ?? {};
  const places = Object.fromEntries([...added.keys()].map((name) => [name, path.basename(last)]));
  const extended = {
    ...index,
    metadata: { ...index.metadata, ...(size === undefined ? {} : { total_size: size + bytes }) },
    weight_map: { ...index.weight_map, ...places },
  };
  await writeFileAtomic(target, `${JSON.stringify(extended, null, 2)}\n`);
}
