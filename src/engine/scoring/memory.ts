import os from 'node:os';
import type { Batch } from '../../models/batches';
import type { Transformer } from '../../models/transformer';
import { LabError } from '../../shared/errors';
import { largestOf } from '../../shared/largestOf';
import { passingNumbers, savedNumbers } from './cost';
import type { MemoryMode } from '../../shared/words';

/** Node with tfjs, its WebAssembly and ONNX Runtime, before any model. */
const runtimeBytes = 170e6;
/** The WebAssembly heap's end, less what the allocator wastes. */
const heapBytes = 3.4e9;
/** One slice of the output matrix with what it was read from (models/heads/languageHead.ts). */
const sliceBytes = 128e6;
/** Of the memory that is free, what scoring may take. */
const share = 0.6;

/** Positions with padding of one batch: enough for full speed, few enough for small memory. Fixed, so that scores are. */
export const usualTokens = 512;

export interface MemoryChoice {
  readonly mode: MemoryMode;
  /** Positions of a batch at most. */
  readonly tokens: number;
}

/** What one process holds at its peak while scoring, in bytes, counted from shapes. */
export function scoringBytes(
  model: Transformer,
  mode: MemoryMode,
  batches: readonly Batch[],
  taylor: boolean,
): number {
  const spec = model.spec;
  const layers = Array.from({ length: model.layers }, (_, layer) => spec.block(layer));
  const weights = layerBytes(model);
  const largest = largestOf(weights);
  const raw = rawShare(model);
  const head =
    spec.head.kind === 'language' ? Math.min(sliceBytes, 8 * spec.vocabulary * spec.head.outputWidth) : 8e6;
  const logits = largestOf(batches.map(({ positions }) => positions.length)) * sliceRows(model);
  const saved = (batch: Batch): number => largestOf(layers.map((block) => savedNumbers(block, batch)));
  const passing = (batch: Batch): number => largestOf(layers.map((block) => passingNumbers(block, batch)));
  if (mode === 'streaming') {
    const block = largestOf(batches.map((batch) => saved(batch) + passing(batch)));
    const frontier = batches.reduce(
      (sum, { members, length }) => sum + members.length * length * spec.width,
      0,
    );
    const sums = taylor ? largest : 0;
    return runtimeBytes + largest * (1 + raw) + sums + head + 4 * (block + 5 * frontier + 2 * logits);
  }
  const whole = weights.reduce((sum, bytes) => sum + bytes, 0);
  const output = spec.head.kind === 'language' ? 4 * spec.vocabulary * spec.head.outputWidth : 0;
  const tape = largestOf(
    batches.map((batch) => {
      const kept = layers.reduce((sum, block) => sum + savedNumbers(block, batch), 0);
      return kept + passing(batch);
    }),
  );
  const sums = taylor ? whole : 0;
  return runtimeBytes + whole + largest * raw + output + sums + 4 * (1.15 * tape + 2 * logits);
}

/**
 * The first of the three modes that fits: the usual batches on a tape, smaller ones, or streaming.
 * @param batchesOf the batches with at most so many positions
 * @param limit bytes that one process may take; what `processBytes` gives
 */
export function chooseMemory(
  model: Transformer,
  batchesOf: (tokens: number) => readonly Batch[],
  taylor: boolean,
  limit: number,
): MemoryChoice {
  const longest = largestOf(batchesOf(1).map(({ length }) => length));
  for (let tokens = usualTokens; ; tokens /= 2) {
    const mode: MemoryMode = tokens === usualTokens ? 'tape' : 'micro-batches';
    if (scoringBytes(model, mode, batchesOf(tokens), taylor) <= limit) return { mode, tokens };
    if (tokens <= longest) break;
  }
  return { mode: 'streaming', tokens: usualTokens };
}

/** Bytes that one process of a device may take: of the machine's free memory, and on WebAssembly of its heap. */
export const processBytes = (onHeap: boolean, free = freeBytes()): number =>
  Math.min(onHeap ? heapBytes : Infinity, share * free);

/** As many processes as cores, work and memory allow. @param bytes what one takes */
export const processesFor = (bytes: number, pieces: number, cores: number, free = freeBytes()): number =>
  Math.max(1, Math.min(cores, pieces, Math.floor((share * free) / bytes)));

/** What the system could give: free memory with caches of files, or what is left of a container's limit. */
export function freeBytes(): number {
  // macOS counts only pages that hold nothing at all: nearly none, however idle it is.
  if (process.platform === 'darwin') return os.totalmem() / 2;
  const { availableMemory } = process as { availableMemory?: () => number };
  return availableMemory?.() ?? os.freemem();
}

/** @throws LabError out-of-memory before anything is allocated */
export function requireRoom(bytes: number, limit: number): void {
  if (bytes <= limit) return;
  const gigabytes = (amount: number): string => (amount / 1e9).toFixed(1);
  throw new LabError(
    'out-of-memory',
    `Even block by block, scoring would need about ${gigabytes(bytes)} GB; ${gigabytes(limit)} GB can be had.`,
    'Lower score.max_length (--max-length) or score.samples (--samples), or close other programs.',
  );
}

/** float32 bytes of each block's weights. */
function layerBytes(model: Transformer): number[] {
  const bytes = new Array<number>(model.layers).fill(0);
  for (const { layer, inFeatures, outFeatures } of model.modules) {
    bytes[layer] = (bytes[layer] ?? 0) + 4 * inFeatures * outFeatures;
  }
  return bytes;
}

/** What a block's bytes in the file are of its float32 bytes: they lie beside it while it is widened. */
function rawShare(model: Transformer): number {
  const [module] = model.modules;
  const entry = module && model.folder.tensors.get(`${module.path}.weight`);
  return entry?.dtype === 'F32' ? 1 : 0.5;
}

const sliceRows = ({ spec }: Transformer): number =>
  spec.head.kind === 'language' ? Math.min(spec.vocabulary, sliceBytes / 8 / spec.head.outputWidth) : 0;
