import { open, type FileHandle } from 'node:fs/promises';
import { LabError } from '../shared/errors';
import { isFloatDtype } from './dtypes';
import { fileError } from './fileError';
import { decodeBfloat16, decodeFloat16 } from './halfFloats';
import {
  invalidHeader,
  parseSafetensorsHeader,
  truncated,
  type SafetensorsHeader,
  type TensorEntry,
} from './safetensorsHeader';

export type { SafetensorsHeader, TensorEntry } from './safetensorsHeader';

/** The format's own limit; a larger length means that the file is something else. */
const maxHeaderBytes = 100_000_000;
/** One read of at most this many bytes: Node refuses 2^31 and more. */
const chunkBytes = 64 * 1024 * 1024;

/**
 * Reads and checks the header of a safetensors file; of the weights nothing is read.
 *
 * @throws LabError `model-weights-missing`, `safetensors-truncated` or `safetensors-header-invalid`, naming the file
 */
export async function readSafetensorsHeader(file: string): Promise<SafetensorsHeader> {
  return withFile(file, async (handle) => {
    const { size: fileBytes, mtimeMs: modifiedMs } = await handle.stat();
    if (fileBytes < 8)
      throw truncated(file, `it has ${fileBytes} bytes, not even the 8 of the header's length`);
    const start = await readRange(handle, 0, Math.min(fileBytes, 64), file);
    const length = start.readBigUInt64LE(0);
    if (length > BigInt(maxHeaderBytes)) throw notSafetensors(file, start, length);
    const headerLength = Number(length);
    if (8 + headerLength > fileBytes) {
      throw truncated(file, `its header needs ${8 + headerLength} bytes, the file has ${fileBytes}`);
    }
    const json = await readRange(handle, 8, headerLength, file);
    return { ...parseSafetensorsHeader(json, fileBytes, file), modifiedMs };
  });
}

/**
 * Reads one tensor as float32, row-major as it lies in the file, length = product of `entry.shape`. F32, F16 and BF16
 * convert exactly. Only the tensor's own bytes are read. Takes an open handle where many tensors are read.
 *
 * @throws LabError `model-dtype-unsupported` for every other dtype, `safetensors-truncated` where the file has shrunk
 */
export async function readTensorFloat32(
  file: FileHandle | string,
  entry: TensorEntry,
): Promise<Float32Array> {
  if (typeof file === 'string') return withFile(file, (handle) => readTensorFloat32(handle, entry));
  const { dtype } = entry;
  if (!isFloatDtype(dtype)) {
    throw new LabError(
      'model-dtype-unsupported',
      `Tensor "${entry.name}" is stored as ${dtype}; weights can be F32, F16 or BF16.`,
      'Use the model in float32, float16 or bfloat16, not a quantized copy.',
    );
  }
  const values = new Float32Array((entry.end - entry.begin) / (dtype === 'F32' ? 4 : 2));
  // Straight into the result: file and typed arrays are both little-endian on every platform of VS Code.
  if (dtype === 'F32') {
    await readInto(file, new Uint8Array(values.buffer), entry.begin, `tensor "${entry.name}"`);
    return values;
  }
  const decode = dtype === 'F16' ? decodeFloat16 : decodeBfloat16;
  const halves = new Uint16Array(Math.min(values.length, chunkBytes / 2));
  for (let done = 0; done < values.length; done += halves.length) {
    const part = halves.subarray(0, Math.min(halves.length, values.length - done));
    const bytes = new Uint8Array(part.buffer, 0, part.byteLength);
    await readInto(file, bytes, entry.begin + done * 2, `tensor "${entry.name}"`);
    decode(part, values.subarray(done, done + part.length));
  }
  return values;
}

/** Exactly `length` bytes from `position`. */
export async function readRange(
  handle: FileHandle,
  position: number,
  length: number,
  what: string,
): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await readInto(handle, bytes, position, what);
  return bytes;
}

/** Fills `target` from `position` on; pieces of a large range are read side by side. */
export async function readInto(
  handle: FileHandle,
  target: Uint8Array,
  position: number,
  what: string,
): Promise<void> {
  const readPiece = async (from: number, end: number): Promise<void> => {
    let done = from;
    while (done < end) {
      const { bytesRead } = await handle.read(target, done, end - done, position + done);
      if (bytesRead === 0) throw truncated(what, `byte ${position + done} is beyond the file's end`);
      done += bytesRead;
    }
  };
  const pieces = Math.ceil(target.length / chunkBytes);
  await Promise.all(
    Array.from({ length: pieces }, (_, i) =>
      readPiece(i * chunkBytes, Math.min((i + 1) * chunkBytes, target.length)),
    ),
  );
}

async function withFile<T>(file: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
    if ((await handle.stat()).isDirectory()) {
      await handle.close();
      throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    }
  } catch (thrown) {
    throw fileError(thrown, 'model-weights-missing', 'The weight file', file, 'Check the path of the model.');
  }
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

function notSafetensors(file: string, start: Buffer, length: bigint): LabError {
  if (start.toString('latin1').startsWith('version https://git-lfs')) {
    return new LabError(
      'safetensors-header-invalid',
      `${file} is a Git LFS pointer, not the weights themselves.`,
      'Run "git lfs pull" in the model folder.',
    );
  }
  return invalidHeader(file, `its header would be ${length} bytes long`);
}
