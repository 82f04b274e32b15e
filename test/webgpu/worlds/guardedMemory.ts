import { whenLoaded } from './whenLoaded';

/** Preloaded: memory of others is refused as in Electron, where Dawn's call fails with these words. */
whenLoaded<GPUBuffer>('GPUBuffer', ({ prototype }) => {
  prototype.getMappedRange = () => {
    throw new Error('Error in native callback');
  };
});
