import { whenLoaded } from './whenLoaded';

/**
 * Preloaded: a card of `SMALL_CARD_BYTES`. A buffer beyond them fails as Dawn lets it fail: the call returns, and the error
 * is told beside it.
 */
const room = Number(process.env['SMALL_CARD_BYTES']);
let taken = 0;

whenLoaded<GPUDevice>('GPUDevice', ({ prototype }) => {
  const create = prototype.createBuffer;
  prototype.createBuffer = function (this: GPUDevice, descriptor) {
    const buffer = create.call(this, descriptor);
    taken += descriptor.size;
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      taken -= descriptor.size;
      buffer.destroy = destroy;
      return destroy();
    };
    if (taken > room) {
      const OutOfMemory = (
        globalThis as unknown as { GPUOutOfMemoryError: new (message: string) => GPUError }
      ).GPUOutOfMemoryError;
      const error = new OutOfMemory(`Failed to allocate ${descriptor.size} bytes.`);
      this.onuncapturederror?.({ error } as GPUUncapturedErrorEvent);
    }
    return buffer;
  };
});
