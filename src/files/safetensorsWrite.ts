import { LabError } from '../shared/errors';
import { writeFileAtomic } from './atomic';
import { dtypeBits, type Dtype, type FloatDtype } from './dtypes';
import { encodeBfloat16, encodeFloat16 } from './halfFloats';

/** A tensor to write; `data` is row-major and has as many numbers as `shape` says. */
export interface TensorToWrite {
  readonly name: string;
  readonly dtype: FloatDtype;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A tensor whose bytes are made or read when their turn comes, in pieces, so that a file may be larger than memory. */
export interface TensorToStream {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Little-endian and row-major, as they lie in the file. */
  bytes(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * Writes a safetensors file, whole or not at all. Numbers are rounded to nearest, ties to even. The header is padded to
 * eight bytes and float32 tensors come first, so that every tensor is aligned for readers that map the file.
 *
 * @throws LabError `model-tensor-shape` where a name is taken or a tensor has not as many numbers as its shape says
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const { name, shape, data } of tensors) {
    if (sizeOf(shape) !== data.length) throw misfit(name, shape, `${data.length} numbers`);
  }
  const streamed = tensors.map(({ name, dtype, shape, data }) => ({
    ...{ name, dtype, shape },
    bytes: () => [encodeFloats(data, dtype)],
  }));
  await streamSafetensors(path, streamed, metadata);
}

/** `writeSafetensors` of tensors of any type that are not in memory. */
export async function streamSafetensors(
  path: string,
  tensors: readonly TensorToStream[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const names = new Set<string>(['__metadata__']);
  for (const { name } of tensors) {
    if (names.has(name)) throw unwritable(name, 'its name is taken');
    names.add(name);
  }
  const ordered = [...tensors].sort((a, b) => dtypeBits[b.dtype] - dtypeBits[a.dtype]);
  await writeFileAtomic(path, chunks(ordered, metadata));
}

/** Row-major numbers as the bytes of a tensor. */
export function encodeFloats(data: Float32Array, dtype: FloatDtype): Uint8Array {
  const numbers = dtype === 'F32' ? data : dtype === 'F16' ? encodeFloat16(data) : encodeBfloat16(data);
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

async function* chunks(
  tensors: readonly TensorToStream[],
  metadata: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array> {
  yield header(tensors, metadata);
  for (const tensor of tensors) {
    let written = 0;
    for await (const piece of tensor.bytes()) {
      written += piece.length;
      yield piece;
    }
    if (written !== bytesOf(tensor)) throw misfit(tensor.name, tensor.shape, `${written} bytes`);
  }
}

function header(tensors: readonly TensorToStream[], metadata: Readonly<Record<string, string>>): Uint8Array {
  let begin = 0;
  const entries = tensors.map((tensor) => {
    const { name, dtype, shape } = tensor;
    const end = begin + bytesOf(tensor);
    const entry = [name, { dtype, shape, data_offsets: [begin, end] }] as const;
    begin = end;
    return entry;
  });
  const first = Object.keys(metadata).length > 0 ? [['__metadata__', metadata] as const] : [];
  const json = Buffer.from(JSON.stringify(Object.fromEntries([...first, ...entries])));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = Buffer.alloc(8 + padded, ' ');
  bytes.writeBigUInt64LE(BigInt(padded), 0);
  json.copy(bytes, 8);
  return bytes;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

const bytesOf = ({ shape, dtype }: TensorToStream): number => (sizeOf(shape) * dtypeBits[dtype]) / 8;

const misfit = (name: string, shape: readonly number[], what: string): LabError =>
  unwritable(name, `shape [${shape.join(', ')}] does not fit its ${what}`);

const unwritable = (name: string, why: string): LabError =>
  new LabError('model-tensor-shape', `Tensor "${name}" cannot be written: ${why}.`, 'Please report it.');
