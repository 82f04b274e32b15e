import { LabError } from '../shared/errors';
import { writeFileAtomic } from './atomic';
import { dtypeBits, type FloatDtype } from './dtypes';
import { encodeBfloat16, encodeFloat16 } from './halfFloats';

/** A tensor to write; `data` is row-major and has as many numbers as `shape` says. */
export interface TensorToWrite {
  readonly name: string;
  readonly dtype: FloatDtype;
  readonly shape: readonly number[];
  readonly data: Float32Array;
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
  check(tensors);
  const ordered = [...tensors].sort((a, b) => dtypeBits[b.dtype] - dtypeBits[a.dtype]);
  await writeFileAtomic(path, chunks(ordered, metadata));
}

function* chunks(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
): Generator<Uint8Array> {
  yield header(tensors, metadata);
  for (const tensor of tensors) yield bytesOf(tensor);
}

function header(tensors: readonly TensorToWrite[], metadata: Readonly<Record<string, string>>): Uint8Array {
  let begin = 0;
  const entries = tensors.map(({ name, dtype, shape, data }) => {
    const end = begin + (data.length * dtypeBits[dtype]) / 8;
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

function bytesOf({ dtype, data }: TensorToWrite): Uint8Array {
  const numbers = dtype === 'F32' ? data : dtype === 'F16' ? encodeFloat16(data) : encodeBfloat16(data);
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

function check(tensors: readonly TensorToWrite[]): void {
  const names = new Set<string>(['__metadata__']);
  for (const { name, shape, data } of tensors) {
    const size = shape.reduce((product, length) => product * length, 1);
    const why = names.has(name)
      ? 'its name is taken'
      : size !== data.length
        ? `shape [${shape.join(', ')}] does not fit its ${data.length} numbers`
        : undefined;
    if (why) {
      throw new LabError(
        'model-tensor-shape',
        `Tensor "${name}" cannot be written: ${why}.`,
        'Please report it.',
      );
    }
    names.add(name);
  }
}
