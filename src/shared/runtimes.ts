import type { Device } from './words';

/** The devices whose files the user can have fetched: optional, and too large to ship. */
export const runtimeIds = ['tensorflow', 'webgpu', 'native'] as const satisfies readonly Device[];
export type RuntimeId = (typeof runtimeIds)[number];

/** The variable by which the engine learns the folder of installed runtimes. */
export const runtimesVariable = 'ADAPTER_LAB_RUNTIMES';

/** The files of one device as one npm package, pinned with all that it needs by a lock file under media/runtimes/. */
export interface RuntimeSpec {
  /** For people. */
  readonly title: string;
  readonly package: string;
  /** By this file under dist/native a build of the extension shows that it brings the runtime itself. */
  readonly carriedFile?: string;
  readonly version: string;
  /** Where it runs, as `process.platform`-`process.arch`. */
  readonly platforms: readonly string[];
  /** Why it runs nowhere else; a sentence. */
  readonly elsewhere: string;
  /** What it computes on, and what the system must bring; sentences. */
  readonly needs: string;
  /** What npm downloads. */
  readonly npmBytes: number;
  /** What it lays down from that, before the parts of other platforms are removed. */
  readonly unpackedBytes: number;
}

/** Measured with `npm ci` of the lock files; the names are npm's own. */
export const runtimes: Readonly<Record<RuntimeId, RuntimeSpec>> = {
  tensorflow: {
    title: 'TensorFlow with CUDA 11.2',
    package: '@tensorflow/tfjs-node-gpu',
    version: '4.22.0',
    platforms: ['linux-x64', 'win32-x64'],
    elsewhere: 'TensorFlow has a GPU build for Linux and Windows on x64 only.',
    needs: 'For NVIDIA GPUs. The system must have CUDA 11.2 and cuDNN 8.1 installed: they are not included.',
    npmBytes: 73_595_353,
    unpackedBytes: 288_220_093,
  },
  webgpu: {
    title: 'WebGPU (Dawn)',
    package: 'webgpu',
    carriedFile: 'dawn.node',
    version: '0.6.2',
    platforms: ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64'],
    elsewhere: 'Dawn is built for Linux, macOS and Windows on x64 and arm64 only.',
    needs: 'For GPUs of any maker. The system must have a driver for Vulkan, Metal or Direct3D 12.',
    npmBytes: 51_548_077,
    unpackedBytes: 137_666_663,
  },
  native: {
    title: 'ONNX Runtime',
    package: 'onnxruntime-node',
    carriedFile: 'onnxruntime_binding.node',
    version: '1.30.0',
    platforms: ['darwin-arm64', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64'],
    elsewhere: 'ONNX Runtime is built for Linux and Windows, and for macOS on Apple silicon.',
    needs: 'Fast matrix products on the CPU. It needs nothing else.',
    npmBytes: 114_566_205,
    unpackedBytes: 302_277_358,
  },
};
