/**
 * tfjs keeps the buffers of freed tensors for the next tensor of exactly their size, for ever (tensorflow/tfjs#2526): with
 * many sizes a card fills up with buffers that nobody will ask for again. Freed ones beyond a limit are given back.
 */
interface BufferManager {
  readonly numBytesUsed: number;
  readonly numBytesAllocated: number;
  releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
}

/** @param backend tfjs's WebGPU backend @param freeBytes kept for the next tensors at most */
export function limitPool(backend: object, freeBytes: number): void {
  const { bufferManager } = backend as { bufferManager: BufferManager };
  const release = bufferManager.releaseBuffer.bind(bufferManager);
  bufferManager.releaseBuffer = (buffer, reuse = true) => {
    const free = bufferManager.numBytesAllocated - bufferManager.numBytesUsed;
    release(buffer, reuse && free + buffer.size <= freeBytes);
  };
}

/** Bytes of the card that tensors and kept buffers take. */
export const allocatedBytes = (backend: object): number =>
  (backend as { bufferManager: BufferManager }).bufferManager.numBytesAllocated;
