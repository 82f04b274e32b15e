import { open, type FileHandle } from 'node:fs/promises';
import { dtypeBits, isFloatDtype } from '../files/dtypes';
import { readSafetensorsHeader, readTensorFloat32, type TensorEntry } from '../files/safetensors';
import { LabError } from '../shared/errors';
import { adaLoraScaling } from './merge';
import { prefix } from './names';
import { gramOfColumns, gramOfRows, productNorm, type Breathe } from './norms';
import { weightsOf } from './read';

/** A module with an adapter, as its configuration has it. */
export interface NormedModule {
  /** In the class, as PEFT names its tensors. */
  readonly path: string;
  readonly rank: number;
  readonly alpha: number;
  /** What B A is multiplied by; AdaLoRA's follows from the others. */
  readonly scale: number;
}

export interface AdapterNorms {
  /** ‖scaling · B A‖, with E between them for AdaLoRA, by path in the class. */
  readonly norms: ReadonlyMap<string, number>;
  /** Modules of the configuration that the weights do not have. */
  readonly missing: readonly string[];
}

/** What follows a module's path in the names of the tensors: linear modules, embeddings, and AdaLoRA's. */
const forms = [
  { a: '.lora_A.weight', b: '.lora_B.weight', e: undefined },
  { a: '.lora_embedding_A', b: '.lora_embedding_B', e: undefined },
  { a: '.lora_A', b: '.lora_B', e: '.lora_E' },
] as const;

/**
 * How much each module's adapter adds to its weight. A and B are read one module after the other, in pieces; no product as large
 * as a weight is ever formed.
 *
 * @param folder of the adapter
 * @throws LabError `adapter-invalid` where there are no weights, or they are not of this configuration; what reading safetensors
 *   throws
 */
export async function readAdapterNorms(
  folder: string,
  modules: readonly NormedModule[],
  breathe: Breathe,
): Promise<AdapterNorms> {
  const file = await weightsOf(folder);
  const { tensors } = await readSafetensorsHeader(file);
  const place = placer([...tensors.keys()]);
  const handle = await open(file, 'r');
  const norms = new Map<string, number>();
  const missing: string[] = [];
  try {
    for (const module of modules) {
      const name = place(module.path);
      const form = forms.find(({ a }) => name !== undefined && tensors.has(name + a));
      const part = (ending: string): TensorEntry | undefined =>
        name === undefined ? undefined : tensors.get(name + ending);
      const [a, b] = [form && part(form.a), form && part(form.b)];
      if (!form || !a || !b) missing.push(module.path);
      else norms.set(module.path, await normOf(handle, module, { a, b, e: form.e && part(form.e) }, breathe));
    }
  } finally {
    await handle.close();
  }
  return { norms, missing };
}

interface Parts {
  readonly a: TensorEntry;
  readonly b: TensorEntry;
  readonly e: TensorEntry | undefined;
}

async function normOf(
  handle: FileHandle,
  module: NormedModule,
  { a, b, e }: Parts,
  breathe: Breathe,
): Promise<number> {
  const rank = a.shape[0] ?? 0;
  if (a.shape.length !== 2 || b.shape.length !== 2 || b.shape[1] !== rank) throw misfit(a, b);
  if (!e && rank !== module.rank) throw otherRank(module, rank);
  const ofRows = await readInPieces(handle, a, breathe);
  if (e) scaleRows(ofRows, await readTensorFloat32(handle, e));
  const ofA = await gramOfRows(ofRows, rank, breathe);
  const ofB = await gramOfColumns(await readInPieces(handle, b, breathe), rank, breathe);
  // AdaLoRA's rank to begin with is what it divides by, however much was pruned.
  const scaling = e ? adaLoraScaling(module.alpha, module.rank, rank) : module.scale;
  return productNorm(ofA, ofB, scaling);
}

/** Numbers that are widened at a time: about a millisecond's worth. */
const pieceValues = 2 ** 18;

async function readInPieces(handle: FileHandle, entry: TensorEntry, breathe: Breathe): Promise<Float32Array> {
  if (!isFloatDtype(entry.dtype) || entry.dtype === 'F32') return readTensorFloat32(handle, entry);
  const bytes = dtypeBits[entry.dtype] / 8;
  const values = new Float32Array((entry.end - entry.begin) / bytes);
  for (let done = 0; done < values.length; done += pieceValues) {
    const begin = entry.begin + done * bytes;
    const piece = { ...entry, begin, end: Math.min(entry.end, begin + pieceValues * bytes) };
    values.set(await readTensorFloat32(handle, piece), done);
    await breathe();
  }
  return values;
}

/** diag(E) A, in place. */
function scaleRows(a: Float32Array, e: Float32Array): void {
  const columns = e.length === 0 ? 0 : a.length / e.length;
  e.forEach((factor, row) => {
    for (let at = row * columns; at < (row + 1) * columns; at++) a[at] = (a[at] ?? 0) * factor;
  });
}

/**
 * Finds what a module's tensors are called. The class that an adapter was trained on may be the bare model, whose paths lack a
 * beginning, or one that has a beginning more.
 */
function placer(names: readonly string[]): (path: string) => string | undefined {
  const stems = new Set(names.map((name) => name.replace(/\.lora_(?:embedding_)?[ABE](?:\.weight)?$/, '')));
  const bare = [...stems].map((stem) => [stem, stem.replace(prefix, '')] as const);
  return (path) => {
    if (stems.has(prefix + path)) return prefix + path;
    return bare.find(([, own]) => own.endsWith(`.${path}`) || path.endsWith(`.${own}`))?.[0];
  };
}

const misfit = (a: TensorEntry, b: TensorEntry): LabError =>
  new LabError(
    'adapter-invalid',
    `${b.name} [${b.shape.join(', ')}] times ${a.name} [${a.shape.join(', ')}] does not fit.`,
    'Save the adapter again.',
  );

const otherRank = ({ path, rank }: NormedModule, stored: number): LabError =>
  new LabError(
    'adapter-invalid',
    `${path} has rank ${rank} in the configuration and ${stored} in the weights.`,
    'Use the configuration that was saved with the weights.',
  );
