import { createReadStream } from 'node:fs';
import { isFloatDtype, type FloatDtype } from '../files/dtypes';
import { roundToOdd } from '../files/halfFloats';
import type { ModelTensor } from '../files/modelFolder';
import { readTensorFloat32 } from '../files/safetensors';
import { encodeFloats } from '../files/safetensorsWrite';
import { LabError } from '../shared/errors';
import { mergeLora, type Factors } from './merge';
import { columnsOf, rowsOf } from './slices';

/** Numbers that are merged at a time: 16 MB of float32. */
const numbersAtOnce = 2 ** 22;
const bytesAtOnce = 2 ** 20;

/** The bytes of a tensor as they lie in its file. */
export async function* storedBytes({ file, begin, end }: ModelTensor): AsyncGenerator<Uint8Array> {
  if (begin === end) return;
  // `end` is the last byte itself here.
  const stream = createReadStream(file, { start: begin, end: end - 1, highWaterMark: bytesAtOnce });
  for await (const chunk of stream) yield chunk as Uint8Array;
}

/**
 * The bytes of a weight with an adapter merged into it, by slices of its rows: W + s · B A in float64, rounded once to the
 * type that the weight is stored in, to nearest, ties to even.
 *
 * @param most numbers of a slice, if that is a row
 * @throws LabError `weights-not-finite` where a sum is beyond that type, `adapter-invalid` where shapes do not fit
 */
export async function* mergedBytes(
  weight: ModelTensor,
  orientation: 'out-in' | 'in-out',
  { a, b, scaling }: Factors,
  most = numbersAtOnce,
): AsyncGenerator<Uint8Array> {
  const { dtype, name } = weight;
  const [rows = 0, columns = 0] = weight.shape;
  if (!isFloatDtype(dtype)) throw notStorable(name, dtype, NaN);
  const atOnce = Math.max(1, Math.floor(most / columns));
  const bytesOfRow = (weight.end - weight.begin) / rows;
  for (let from = 0; from < rows; from += atOnce) {
    const count = Math.min(atOnce, rows - from);
    const begin = weight.begin + from * bytesOfRow;
    const shape = [count, columns];
    const part = { ...weight, shape, begin, end: begin + count * bytesOfRow };
    const factors =
      orientation === 'out-in'
        ? { a, b: rowsOf(b, from, count), scaling }
        : { a: columnsOf(a, from, count), b, scaling };
    const numbers = await readTensorFloat32(part.file, part);
    const round = dtype === 'F32' ? undefined : roundToOdd;
    yield checkedBytes(mergeLora(numbers, shape, orientation, factors, round), dtype, name);
  }
}

/** From here on numbers are rounded to infinity: half a unit in the last place above the largest. */
const limits: Readonly<Record<FloatDtype, number>> = {
  F32: Infinity,
  F16: 65_520,
  BF16: 2 ** 128 - 2 ** 119,
};

/** @throws LabError `weights-not-finite` */
export function checkedBytes(numbers: Float32Array, dtype: FloatDtype, name: string): Uint8Array {
  const limit = limits[dtype];
  // Written so that NaN is found too.
  const beyond = numbers.find((value) => !(Math.abs(value) < limit));
  if (beyond !== undefined) throw notStorable(name, dtype, beyond);
  return encodeFloats(numbers, dtype);
}

const notStorable = (name: string, dtype: string, value: number): LabError =>
  new LabError(
    'weights-not-finite',
    `Tensor "${name}" of the merged model would hold ${value}, which ${dtype} cannot store.`,
    'Save the model in bfloat16 or float32 first, and check that its weights and those of the adapter are finite.',
  );
