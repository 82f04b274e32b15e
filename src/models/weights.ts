import { open, type FileHandle } from 'node:fs/promises';
import type * as tf from '@tensorflow/tfjs';
import { isFloatDtype, type FloatDtype } from '../files/dtypes';
import { decodeBfloat16, decodeFloat16 } from '../files/halfFloats';
import { fileError } from '../files/fileError';
import type { ModelFolder, ModelTensor } from '../files/modelFolder';
import { readInto } from '../files/safetensors';
import { LabError } from '../shared/errors';
import { cutRows } from '../tensors/cardLimits';
import { tensorFrom } from '../tensors/upload';

/** name -> expected shape */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** Name of a further part of a tensor that the device cannot bind whole; the first has the tensor's own. */
export const partName = (name: string, part: number): string => (part === 0 ? name : `${name}#${part}`);

/** Tables up to this size are kept as they lie in the file; of larger ones the wanted rows are read each time. */
const keptTableBytes = 64e6;
/** Row reads under way at once. */
const readsAtOnce = 32;

/**
 * Reads weights of a model folder onto the device as float32, by ranged reads alone: mapped pages would count as resident.
 * What is asked for next can be read ahead while the device computes; the bytes of one request are in memory at a time.
 */
export class WeightReader {
  private readonly handles = new Map<string, Promise<FileHandle>>();
  private readonly checked = new Set<string>();
  private readonly tables = new Map<string, Promise<Uint8Array>>();
  private slab = new ArrayBuffer(0);
  private sliceBuffer = new ArrayBuffer(0);
  private ahead: { readonly key: string; readonly parts: Promise<Map<string, Uint8Array>> } | undefined;

  constructor(private readonly folder: ModelFolder) {}

  has(name: string): boolean {
    return this.folder.tensors.has(name);
  }

  /** Begins to read what a later `load` of the same shapes will want. */
  readAhead(shapes: Shapes): void {
    const key = Object.keys(shapes).join();
    if (this.ahead?.key === key) return;
    const after = this.ahead?.parts.catch(() => undefined) ?? Promise.resolve();
    const parts = after.then(() => this.readParts(shapes));
    // Met again, and reported, by whoever loads it.
    parts.catch(() => undefined);
    this.ahead = { key, parts };
  }

  /**
   * @param largest bytes; a larger matrix comes in parts of its rows (`partName`)
   * @returns tensors by name
   * @throws LabError model-tensor-missing, model-tensor-shape, model-dtype-unsupported, weights-not-finite, safetensors-truncated
   */
  async load(shapes: Shapes, largest = Infinity): Promise<Record<string, tf.Tensor>> {
    this.readAhead(shapes);
    const { ahead } = this;
    const loaded: Record<string, tf.Tensor> = {};
    try {
      const parts = await ahead?.parts;
      for (const [name, shape] of Object.entries(shapes)) {
        const bytes = parts?.get(name) ?? new Uint8Array();
        const [rows = 1, ...rest] = shape;
        const columns = rest.reduce((product, size) => product * size, 1);
        for (const [part, [first, count]] of cutRows(rows, columns, largest).entries()) {
          const rowBytes = bytes.length / rows;
          const own = bytes.subarray(first * rowBytes, (first + count) * rowBytes);
          loaded[partName(name, part)] = tensorFrom([count, ...rest], (target) =>
            this.decode(this.entry(name, shape), name, own, target, first * columns),
          );
        }
      }
      return loaded;
    } catch (error) {
      for (const tensor of Object.values(loaded)) tensor.dispose();
      throw error;
    } finally {
      // What was asked for meanwhile is still to be loaded.
      if (this.ahead === ahead) this.ahead = undefined;
    }
  }

  /** Rows `first` to `first + count` of a matrix. */
  async slice(
    name: string,
    shape: readonly [number, number],
    first: number,
    count: number,
  ): Promise<tf.Tensor2D> {
    const entry = this.entry(name, shape);
    const rowBytes = (entry.end - entry.begin) / shape[0];
    // Not the buffer of `readAhead`, which may be filling.
    if (this.sliceBuffer.byteLength < count * rowBytes) this.sliceBuffer = new ArrayBuffer(count * rowBytes);
    const bytes = new Uint8Array(this.sliceBuffer, 0, count * rowBytes);
    await this.readBytes(entry, first * rowBytes, bytes);
    return tensorFrom([count, shape[1]], (target) =>
      this.decode(entry, name, bytes, target, first * shape[1]),
    ) as tf.Tensor2D;
  }

  /**
   * The rows of a table with these numbers, one behind the other.
   * @param shape of the table
   * @returns [rows.length · columns]
   */
  async rows(name: string, shape: readonly [number, number], rows: ArrayLike<number>): Promise<Float32Array> {
    const entry = this.entry(name, shape);
    const [, columns] = shape;
    const rowBytes = (entry.end - entry.begin) / shape[0];
    const wanted = [...new Set(Array.from(rows))].sort((a, b) => a - b);
    const found = new Float32Array(wanted.length * columns);
    const whole = entry.end - entry.begin <= keptTableBytes ? await this.table(name, entry) : undefined;
    const buffer = new Uint8Array(wanted.length * rowBytes);
    if (whole === undefined) {
      for (let from = 0; from < wanted.length; from += readsAtOnce) {
        await Promise.all(
          wanted
            .slice(from, from + readsAtOnce)
            .map((row, i) =>
              this.readBytes(
                entry,
                row * rowBytes,
                buffer.subarray((from + i) * rowBytes, (from + i + 1) * rowBytes),
              ),
            ),
        );
      }
    } else {
      wanted.forEach((row, i) =>
        buffer.set(whole.subarray(row * rowBytes, (row + 1) * rowBytes), i * rowBytes),
      );
    }
    widen(entry.dtype as FloatDtype, buffer, found);
    requireFinite(
      found,
      name,
      entry.file,
      (i) => (wanted[Math.floor(i / columns)] ?? 0) * columns + (i % columns),
    );
    const place = new Map(wanted.map((row, i) => [row, i]));
    const gathered = new Float32Array(rows.length * columns);
    for (let i = 0; i < rows.length; i++) {
      const at = (place.get(rows[i] ?? 0) ?? 0) * columns;
      gathered.set(found.subarray(at, at + columns), i * columns);
    }
    return gathered;
  }

  async close(): Promise<void> {
    await this.ahead?.parts.catch(() => undefined);
    const handles = await Promise.allSettled(this.handles.values());
    this.handles.clear();
    this.tables.clear();
    this.slab = new ArrayBuffer(0);
    this.sliceBuffer = new ArrayBuffer(0);
    await Promise.all(
      handles.map((result) => (result.status === 'fulfilled' ? result.value.close() : undefined)),
    );
  }

  private entry(name: string, shape: readonly number[]): ModelTensor {
    const entry = this.folder.tensors.get(name);
    const next = 'Download the model again, configuration and weights from one revision.';
    if (entry === undefined) {
      const what = `${this.folder.dir} has no tensor ${name}, which its config.json asks for.`;
      throw new LabError('model-tensor-missing', what, next);
    }
    if (!isFloatDtype(entry.dtype)) {
      throw new LabError(
        'model-dtype-unsupported',
        `Tensor ${name} in ${entry.file} is stored as ${entry.dtype}; weights can be F32, F16 or BF16.`,
        'Use the model in float32, float16 or bfloat16, not a quantized copy.',
      );
    }
    if (entry.shape.join() !== shape.join()) {
      throw new LabError(
        'model-tensor-shape',
        `Tensor ${name} in ${entry.file} is [${entry.shape.join(', ')}]; config.json asks for [${shape.join(', ')}].`,
        next,
      );
    }
    return entry;
  }

  private async readParts(shapes: Shapes): Promise<Map<string, Uint8Array>> {
    const entries = Object.entries(shapes).map(([name, shape]) => [name, this.entry(name, shape)] as const);
    const padded = entries.map(([, { begin, end }]) => Math.ceil((end - begin) / 8) * 8);
    const slab = this.room(padded.reduce((sum, bytes) => sum + bytes, 0));
    let offset = 0;
    const parts = entries.map(([name, entry], index) => {
      const part = new Uint8Array(slab, offset, entry.end - entry.begin);
      offset += padded[index] ?? 0;
      return [name, entry, part] as const;
    });
    // All at once: the event loop may not come round again until a block is computed.
    const reads = await Promise.allSettled(parts.map(([, entry, part]) => this.readBytes(entry, 0, part)));
    // Only now: while one still writes into the buffer nobody else may.
    const failed = reads.find((read) => read.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return new Map(parts.map(([name, , part]) => [name, part]));
  }

  /** One buffer for all reads: a new one each time would wait for the garbage collector while memory grows. */
  private room(bytes: number): ArrayBuffer {
    if (this.slab.byteLength < bytes) this.slab = new ArrayBuffer(bytes);
    return this.slab;
  }

  private table(name: string, entry: ModelTensor): Promise<Uint8Array> {
    const known = this.tables.get(name);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(entry.end - entry.begin);
    const read = this.readBytes(entry, 0, bytes).then(
      () => bytes,
      (error: unknown) => {
        this.tables.delete(name);
        throw error;
      },
    );
    this.tables.set(name, read);
    return read;
  }

  private async readBytes(entry: ModelTensor, from: number, target: Uint8Array): Promise<void> {
    const known = this.handles.get(entry.file);
    const handle =
      known ??
      open(entry.file, 'r').catch((thrown: unknown) => {
        this.handles.delete(entry.file);
        throw fileError(
          thrown,
          'model-weights-missing',
          'The weight file',
          entry.file,
          'Check the path of the model.',
        );
      });
    this.handles.set(entry.file, handle);
    await readInto(await handle, target, entry.begin + from, `tensor "${entry.name}"`);
  }

  /** @param first entry of the tensor that `bytes` begin with */
  private decode(entry: ModelTensor, name: string, bytes: Uint8Array, target: Float32Array, first = 0): void {
    widen(entry.dtype as FloatDtype, bytes, target);
    const part = `${name} from ${first}`;
    if (this.checked.has(part)) return;
    requireFinite(target, name, entry.file, (i) => first + i);
    this.checked.add(part);
  }
}

function widen(dtype: FloatDtype, bytes: Uint8Array, target: Float32Array): void {
  const { buffer, byteOffset } = bytes;
  if (dtype === 'F32') target.set(new Float32Array(buffer, byteOffset, target.length));
  else if (dtype === 'F16') decodeFloat16(new Uint16Array(buffer, byteOffset, target.length), target);
  else decodeBfloat16(new Uint16Array(buffer, byteOffset, target.length), target);
}

/**
 * One NaN weight makes every score NaN; better to say which one it is.
 * @param placeOf where in the tensor an entry of `values` stands
 */
function requireFinite(
  values: Float32Array,
  name: string,
  file: string,
  placeOf: (index: number) => number,
): void {
  // 0 × x is NaN exactly where x is not finite: one pass without a branch for each entry.
  let broken = 0;
  for (let i = 0; i < values.length; i++) broken += (values[i] as number) * 0;
  if (broken === 0) return;
  const index = values.findIndex((value) => !Number.isFinite(value));
  throw new LabError(
    'weights-not-finite',
    `Tensor ${name} in ${file} holds ${values[index]} at entry ${placeOf(index)}.`,
    'Use a checkpoint whose weights are finite.',
  );
}
