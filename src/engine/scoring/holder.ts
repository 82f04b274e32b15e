import type { Batch } from '../../models/batches';
import type { BlockSpec } from '../../models/spec';
import type { Device } from '../../shared/words';
import type { CardLimits } from '../../tensors/cardLimits';
import { passingNumbers, passingOnCard } from './cost';
import { freeBytes, processBytes, usualTokens } from './memory';

/** Where the tensors of a process that scores lie, and how much of them fits there. */
export interface Holder {
  /** For people, behind "can be had". */
  readonly place: string;
  /** Bytes that may be taken. */
  readonly limit: number;
  /** What is taken before any model. */
  readonly base: number;
  /** A block's bytes as in the file lie there too, while they are widened. */
  readonly raw: boolean;
  /** float32 numbers made and freed again while a block is differentiated. */
  readonly passing: (spec: BlockSpec, batch: Batch) => number;
  /** Tensors of the size of a slice's logits that the loss holds at once. */
  readonly logits: number;
  /** Bytes of the largest single tensor. */
  readonly largestTensor: number;
  /** Positions with padding of a batch that are enough for full speed. */
  readonly tokens: number;
}

/** Node with tfjs, its WebAssembly and ONNX Runtime. */
const runtimeBytes = 170e6;

/** This machine's memory. @param onHeap tensors lie on the WebAssembly heap, which has an end of its own */
export const hostHolder = (onHeap: boolean, limit = processBytes(onHeap)): Holder => ({
  place: '',
  limit,
  base: runtimeBytes,
  raw: true,
  passing: passingNumbers,
  logits: 2,
  largestTensor: Infinity,
  tokens: usualTokens,
});

/** Of a card's memory, what scoring may take: the rest is for what else draws and computes on it. */
const cardShare = 0.8;
/** Taken where nobody knows: the least that cards with such drivers have. A card that has less says so, and less is tried. */
const unknownCardBytes = 2e9;
/** Shaders, uniforms, and buffers on their way there and back. */
const cardBase = 100e6;
/** A card has work for all its parts only with many positions. Fewer where samples are short: a batch has its size. */
const cardTokens = 8192;

/** A card's memory. */
export function cardHolder({
  name,
  tensorBytes,
  memoryBytes,
  freeBytes: free,
  sharedMemory,
}: CardLimits): Holder {
  const known = free ?? memoryBytes ?? (sharedMemory ? freeBytes() : unknownCardBytes);
  return {
    place: ` on ${name}`,
    limit: cardShare * (sharedMemory ? Math.min(known, freeBytes()) : known),
    base: cardBase,
    raw: false,
    passing: passingOnCard,
    logits: 6,
    largestTensor: tensorBytes,
    tokens: cardTokens,
  };
}

/** Where the tensors of a device lie: on its card, or in this machine's memory. */
export const holderOf = ({
  device,
  card,
}: {
  readonly device: Device | 'auto';
  readonly card?: CardLimits | undefined;
}): Holder => (card === undefined ? hostHolder(device !== 'tensorflow') : cardHolder(card));
