import { dtypeBits, type Dtype } from '../../../src/files/dtypes';

/** A tensor of any type; zeros where no data is given. */
export interface RawTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data?: Uint8Array | undefined;
}

/** The bytes of a safetensors file, with the tensors sorted by name as the library writes them within a type. */
export function rawSafetensors(tensors: readonly RawTensor[]): Buffer {
  const header: Record<string, unknown> = {};
  const parts: Buffer[] = [];
  let begin = 0;
  for (const { name, dtype, shape, data } of [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const bytes = Math.ceil((shape.reduce((product, size) => product * size, 1) * dtypeBits[dtype]) / 8);
    parts.push(data ? Buffer.from(data) : Buffer.alloc(bytes));
    header[name] = { dtype, shape, data_offsets: [begin, begin + bytes] };
    begin += bytes;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...parts]);
}
