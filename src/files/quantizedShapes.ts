import { open } from 'node:fs/promises';
import { isFloatDtype } from './dtypes';
import type { ModelTensor } from './modelFolder';
import { isObject, type Quantization } from './quantized';
import { readRange } from './safetensors';

type Shape = readonly [outFeatures: number, inFeatures: number];
type Tensors = ReadonlyMap<string, ModelTensor>;

/** What quantizers keep beside a weight: scales, zero points, tables, orders. */
const helper =
  /\.(?:qzeros|scales|biases|g_idx|SCB|weight_format|weight_(?:scale|shape|zero_point|g_idx|global_scale)\w*|(?:input|output|[qkv])_(?:scale|zero_point|global_scale)\w*|weight\..+)$/;
/** Longer ones are no description of a shape. */
const noteBytes = 4096;

/**
 * The tensors of a quantized model as they were before: weights under their own names with their shapes, and what was never
 * quantized. A weight whose layout is not known for sure is left out. Of the data only the notes are read in which
 * bitsandbytes and compressed-tensors keep shapes, some hundred bytes each.
 *
 * @param order how the family stores a linear matrix; quantizers that pack write out-in whatever the family does
 */
export async function plainTensors(
  tensors: Tensors,
  config: Readonly<Record<string, unknown>>,
  { bits }: Quantization,
  order: 'out-in' | 'in-out',
): Promise<Tensors> {
  const notes = await readNotes(tensors);
  const plain = new Map<string, ModelTensor>();
  const put = (name: string, entry: ModelTensor, shape: Shape | undefined): void => {
    if (!shape?.every((size) => Number.isSafeInteger(size) && size > 0)) return;
    plain.set(name, { ...entry, name, shape: order === 'out-in' ? shape : [shape[1], shape[0]] });
  };
  for (const [name, entry] of tensors) {
    if (helper.test(name)) continue;
    const path = name.slice(0, name.lastIndexOf('.'));
    const beside = (ending: string): ModelTensor | undefined => tensors.get(path + ending);
    if (name.endsWith('.qweight')) put(`${path}.weight`, entry, groupedShape(entry, beside, bits));
    else if (name.endsWith('.weight_packed')) {
      put(`${path}.weight`, entry, packedShape(entry, notes.get(`${path}.weight_shape`), bits));
    } else if (!name.endsWith('.weight')) {
      if (isFloatDtype(entry.dtype)) plain.set(name, entry);
    } else if (beside('.weight.absmax')) put(name, entry, notedShape(entry, notes, name));
    else if (isFloatDtype(entry.dtype)) plain.set(name, entry);
    else if (entry.shape.length === 2 && order === 'out-in')
      put(name, entry, wholeShape(entry, path, beside, config));
  }
  return plain;
}

/** GPTQ packs the inputs, `[in / 32 · bits, out]`; AWQ the outputs, `[in, out / 32 · bits]`; scales are `[groups, out]`. */
function groupedShape(
  { dtype, shape: [rows = 0, columns = 0] }: ModelTensor,
  beside: (ending: string) => ModelTensor | undefined,
  bits: number | undefined,
): Shape | undefined {
  const out = beside('.scales')?.shape[1];
  if (dtype !== 'I32' || out === undefined) return undefined;
  const order = beside('.g_idx')?.shape[0];
  if (columns === out) return [out, order ?? (rows * 32) / (bits ?? NaN)];
  return order === undefined && (columns * 32) / out === (bits ?? 4) ? [out, rows] : undefined;
}

/** compressed-tensors: I32 with the shape in a note, since rows are filled up; U8 with two weights a byte. */
function packedShape(
  { dtype, shape: [rows = 0, columns = 0] }: ModelTensor,
  note: Buffer | undefined,
  bits: number | undefined,
): Shape | undefined {
  if (dtype === 'U8') return bits === 4 ? [rows, columns * 2] : undefined;
  if (note?.length !== 16 || bits === undefined) return undefined;
  const [out, inputs] = [Number(note.readBigInt64LE(0)), Number(note.readBigInt64LE(8))];
  return out === rows && Math.ceil((inputs * bits) / 32) === columns ? [out, inputs] : undefined;
}

/** bitsandbytes in 4 bits: a column of bytes, with the shape in a note of JSON. */
function notedShape(
  { begin, end }: ModelTensor,
  notes: ReadonlyMap<string, Buffer>,
  name: string,
): Shape | undefined {
  const note = ['nf4', 'fp4'].map((type) => notes.get(`${name}.quant_state.bitsandbytes__${type}`));
  let state: unknown;
  try {
    state = JSON.parse(String(note.find(Boolean)));
  } catch {
    return undefined;
  }
  const shape = isObject(state) && Array.isArray(state['shape']) ? (state['shape'] as unknown[]) : [];
  const [out, inputs] = shape.map(Number);
  if (out === undefined || inputs === undefined || shape.length !== 2) return undefined;
  return Math.ceil((out * inputs) / 2) === end - begin ? [out, inputs] : undefined;
}

/** One number a weight, or MLX's U32 with `[out, groups]` scales. */
function wholeShape(
  { dtype, shape: [rows = 0, columns = 0] }: ModelTensor,
  path: string,
  beside: (ending: string) => ModelTensor | undefined,
  { quantization: mlx }: Readonly<Record<string, unknown>>,
): Shape | undefined {
  if (dtype.startsWith('F8')) return [rows, columns];
  // EETQ stores I8 the other way round and has neither of these beside it.
  if (dtype === 'I8' && (beside('.SCB') ?? beside('.weight_scale'))) return [rows, columns];
  // Single modules may have numbers of their own.
  if (dtype !== 'U32' || !isObject(mlx) || path in mlx) return undefined;
  const inputs = (columns * 32) / Number(mlx['bits']);
  return inputs / Number(mlx['group_size']) === beside('.scales')?.shape[1] ? [rows, inputs] : undefined;
}

/** The small tensors that describe others, by their names. */
async function readNotes(tensors: Tensors): Promise<Map<string, Buffer>> {
  const found = [...tensors.values()].filter(
    ({ name, begin, end }) =>
      /\.weight_shape$|\.quant_state\.bitsandbytes__(?:nf4|fp4)$/.test(name) && end - begin <= noteBytes,
  );
  const notes = new Map<string, Buffer>();
  for (const file of new Set(found.map((entry) => entry.file))) {
    const handle = await open(file);
    try {
      for (const { name, begin, end } of found.filter((entry) => entry.file === file)) {
        notes.set(name, await readRange(handle, begin, end - begin, `tensor "${name}"`));
      }
    } finally {
      await handle.close();
    }
  }
  return notes;
}
