import os from 'node:os';
import type { Batch } from '../../models/batches';
import type { Transformer } from '../../models/transformer';
import { LabError } from '../../shared/errors';
import { largestOf } from '../../shared/largestOf';
import { savedNumbers, widestNumbers } from './cost';
import type { Holder } from './holder';
import type { MemoryMode } from '../../shared/words';

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

/**
 * What one process holds at its peak while scoring, in bytes, counted from shapes.
 * @param taylor whole gradients are summed
 * @param groups of samples, where there are several: two sums are held
 */
export function scoringBytes(
  model: Transformer,
  mode: MemoryMode,
  batches: readonly Batch[],
  taylor: boolean,
  { base, raw: holdsRaw, passing: passingOf, logits: ofLoss }: Holder,
  groups = 1,
): number {
  const held = taylor ? Math.min(groups, 2) : 0;
  const spec = model.spec;
  const layers = Array.from({ length: model.layers }, (_, layer) => spec.block(layer));
  const weights = layerBytes(model);
  const largest = largestOf(weights);
  const raw = holdsRaw ? rawShare(model) : 0;
  const head =
    spec.head.kind === 'language' ? Math.min(sliceBytes, 8 * spec.vocabulary * spec.head.outputWidth) : 8e6;
  const logits = largestOf(batches.map(({ positions }) => positions.length)) * sliceRows(model);
  const saved = (batch: Batch): number => largestOf(layers.map((block) => savedNumbers(block, batch)));
  const passing = (batch: Batch): number => largestOf(layers.map((block) => passingOf(block, batch)));
  if (mode === 'streaming') {
    const block = largestOf(batches.map((batch) => saved(batch) + passing(batch)));
    const frontier = batches.reduce(
      (sum, { members, length }) => sum + members.length * length * spec.width,
      0,
    );
    const sums = held * largest;
    return base + largest * (1 + raw) + sums + head + 4 * (block + 5 * frontier + ofLoss * logits);
  }
  const whole = weights.reduce((sum, bytes) => sum + bytes, 0);
  const output = spec.head.kind === 'language' ? 4 * spec.vocabulary * spec.head.outputWidth : 0;
  const tape = largestOf(
    batches.map((batch) => {
      const kept = layers.reduce((sum, block) => sum + savedNumbers(block, batch), 0);
      return kept + passing(batch);
    }),
  );
  const sums = held * whole;
  return base + whole + largest * raw + output + sums + 4 * (1.15 * tape + ofLoss * logits);
}

/**
 * The first of the three modes that fits: the usual batches on a tape, smaller ones, or streaming.
 * @param batchesOf the batches with at most so many positions
 * @param most positions of a batch at most, where more have been too much
 * @throws LabError out-of-memory where a single sample makes a tensor that the device cannot be given
 */
export function chooseMemory(
  model: Transformer,
  batchesOf: (tokens: number) => readonly Batch[],
  taylor: boolean,
  holder: Holder,
  most = holder.tokens,
  groups = 1,
): MemoryChoice {
  const { longest, bindable } = bindableOf(model, batchesOf, holder);
  let streamed = 0;
  for (let tokens = most; ; tokens /= 2) {
    const mode: MemoryMode = tokens === holder.tokens ? 'tape' : 'micro-batches';
    if (bindable(tokens)) {
      if (scoringBytes(model, mode, batchesOf(tokens), taylor, holder, groups) <= holder.limit)
        return { mode, tokens };
      streamed ||= Math.min(tokens, usualTokens);
    }
    if (tokens <= longest) break;
  }
  return { mode: 'streaming', tokens: streamed || 1 };
}

/**
 * Positions of a batch at most, such that no tensor of it is larger than what can be bound: the usual number, halved until
 * it fits.
 * @throws LabError out-of-memory where a single sample makes too large a tensor
 */
export function bindableTokens(
  model: Transformer,
  batchesOf: (tokens: number) => readonly Batch[],
  holder: Holder,
): number {
  const { longest, bindable } = bindableOf(model, batchesOf, holder);
  let { tokens } = holder;
  while (tokens > longest && !bindable(tokens)) tokens /= 2;
  return Math.max(1, Math.floor(tokens));
}

/**
 * The longest sample, and whether batches of so many positions make no tensor larger than what can be bound.
 * @throws LabError out-of-memory where a single sample does
 */
function bindableOf(model: Transformer, batchesOf: (tokens: number) => readonly Batch[], holder: Holder) {
  const single = batchesOf(1);
  const fits = (batches: readonly Batch[]): boolean =>
    4 * largestOf(batches.map((batch) => widestOf(model, batch))) <= holder.largestTensor;
  if (!fits(single)) throw tooLong(model, single, holder);
  return {
    longest: largestOf(single.map(({ length }) => length)),
    bindable: (tokens: number): boolean => fits(batchesOf(tokens)),
  };
}

/** float32 numbers of the largest tensor that is made of a batch. */
const widestOf = (model: Transformer, batch: Batch): number =>
  Math.max(
    batch.positions.length * sliceRows(model),
    ...Array.from({ length: model.layers }, (_, layer) => widestNumbers(model.spec.block(layer), batch)),
  );

/** Names the longest samples that fit. @param single batches of one sample each */
function tooLong(model: Transformer, single: readonly Batch[], { largestTensor, place }: Holder): LabError {
  const fits = single
    .filter((batch) => 4 * widestOf(model, batch) <= largestTensor)
    .map(({ length }) => length);
  const longest = largestOf(single.map(({ length }) => length));
  return new LabError(
    'out-of-memory',
    `A sample of ${longest} tokens makes a tensor of more than ${(largestTensor / 1e9).toFixed(1)} GB, the largest that can be had${place}.`,
    fits.length === 0
      ? 'Lower score.max_length (--max-length), or choose another device.'
      : `Lower score.max_length (--max-length) to ${largestOf(fits)}, or choose another device.`,
  );
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

/**
 * @param next what the user can do
 * @throws LabError out-of-memory before anything is allocated
 */
export function requireRoom(
  bytes: number,
  { limit, place }: Pick<Holder, 'limit' | 'place'>,
  next = 'Lower score.max_length (--max-length) or score.samples (--samples), or close other programs.',
): void {
  if (bytes <= limit) return;
  const gigabytes = (amount: number): string => (amount / 1e9).toFixed(1);
  throw new LabError(
    'out-of-memory',
    `Even block by block, this would need about ${gigabytes(bytes)} GB; ${gigabytes(limit)} GB can be had${place}.`,
    next,
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
