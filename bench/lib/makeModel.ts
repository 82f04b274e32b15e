import { mkdir, open, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { dtypeBits, type FloatDtype } from '../../src/files/dtypes';
import { configOf } from './modelConfig';
import { tensorsOf, type ModelShape, type TensorSpec } from './modelShapes';
import { encode, normals, WeightSource, xorshift32 } from './randomNumbers';

export interface ModelOptions {
  readonly dtype: FloatDtype;
  readonly seed?: number;
  /** Most bytes of one file; above it the folder has several and an index. 5 GB, as Hugging Face has it. */
  readonly shardBytes?: number;
  /** Of matrices, biases and, around 1, norms; Hugging Face starts models with 0.02. */
  readonly deviation?: number;
}

export interface MadeModel {
  readonly folder: string;
  readonly parameters: number;
  /** Of the tensors, without the headers. */
  readonly bytes: number;
  readonly files: readonly string[];
}

/** What stays free on the disk, so that a benchmark never fills it. */
const reserve = 2e9;

/**
 * Writes a model folder of the shape with pseudo-random weights, the same for the same seed: config.json and one
 * safetensors file, or several with their index. Tensors go to the disk a few megabytes at a time, so that a model of any
 * size takes about 200 MB of memory. `writeSafetensors` of src/files holds every tensor at once and so does not fit.
 *
 * @throws Error where the disk has less than the size and 2 GB free
 */
export async function makeModel(
  folder: string,
  shape: ModelShape,
  options: ModelOptions,
): Promise<MadeModel> {
  const { dtype, seed = 1, shardBytes = 5e9, deviation = 0.02 } = options;
  const tensors = tensorsOf(shape);
  const parameters = tensors.reduce((sum, tensor) => sum + count(tensor), 0);
  const bytes = (parameters * dtypeBits[dtype]) / 8;
  await mkdir(folder, { recursive: true });
  await checkDisk(folder, bytes);
  const shards = cut(tensors, dtype, shardBytes);
  const files = shards.map((_, index) =>
    shards.length === 1
      ? 'model.safetensors'
      : `model-${five(index + 1)}-of-${five(shards.length)}.safetensors`,
  );
  const source = new WeightSource(dtype, deviation, seed, parameters);
  const next = xorshift32(seed + 1);
  for (const [index, shard] of shards.entries()) {
    await writeShard(path.join(folder, files[index]!), shard, dtype, function* (tensor) {
      if (tensor.around === 1) yield encode(normals(count(tensor), 1, deviation, next), dtype);
      else yield* source.pieces(sizeOf(tensor, dtype));
    });
  }
  if (shards.length > 1) {
    const map = shards.flatMap((shard, index) => shard.map(({ name }) => [name, files[index]!] as const));
    const text = { metadata: { total_size: bytes }, weight_map: Object.fromEntries(map) };
    await writeJson(path.join(folder, 'model.safetensors.index.json'), text);
  }
  await writeJson(path.join(folder, 'config.json'), configOf(shape, dtype));
  return { folder, parameters, bytes, files };
}

async function checkDisk(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes + reserve) return;
  const giga = (number: number): string => `${(number / 1e9).toFixed(1)} GB`;
  throw new Error(
    `The disk of ${folder} has ${giga(free)} free; the model takes ${giga(bytes)} and ${giga(reserve)} should stay free.`,
  );
}

/** The tensors in order, in as few files as the limit allows; a tensor above it has a file of its own. */
function cut(tensors: readonly TensorSpec[], dtype: FloatDtype, shardBytes: number): TensorSpec[][] {
  const shards: TensorSpec[][] = [];
  let room = 0;
  for (const tensor of tensors) {
    const size = sizeOf(tensor, dtype);
    if (shards.length === 0 || size > room) {
      shards.push([]);
      room = shardBytes;
    }
    shards.at(-1)!.push(tensor);
    room -= size;
  }
  return shards;
}

async function writeShard(
  file: string,
  tensors: readonly TensorSpec[],
  dtype: FloatDtype,
  bytesOf: (tensor: TensorSpec) => Iterable<Uint8Array>,
): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(header(tensors, dtype));
    for (const tensor of tensors) {
      for (const bytes of bytesOf(tensor)) await handle.writeFile(bytes);
    }
  } finally {
    await handle.close();
  }
}

/** Length, then JSON padded with blanks to eight bytes, so that the numbers are aligned. */
function header(tensors: readonly TensorSpec[], dtype: FloatDtype): Buffer {
  let begin = 0;
  const entries = tensors.map((tensor) => {
    const end = begin + sizeOf(tensor, dtype);
    const entry = [tensor.name, { dtype, shape: tensor.shape, data_offsets: [begin, end] }] as const;
    begin = end;
    return entry;
  });
  const json = Buffer.from(
    JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) }),
  );
  const bytes = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  bytes.writeBigUInt64LE(BigInt(bytes.length - 8), 0);
  json.copy(bytes, 8);
  return bytes;
}

const count = ({ shape }: TensorSpec): number => shape.reduce((product, length) => product * length, 1);
const sizeOf = (tensor: TensorSpec, dtype: FloatDtype): number => (count(tensor) * dtypeBits[dtype]) / 8;
const five = (number: number): string => String(number).padStart(5, '0');
const writeJson = (file: string, value: unknown): Promise<void> =>
  writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
