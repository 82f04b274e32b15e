import type { DeviceChoice } from './runs/jobs';

/** The devices that the setting may name; the manifest lists the same. */
export const deviceChoices = [
  'auto',
  'tensorflow',
  'webgpu',
  'native',
  'wasm',
] as const satisfies DeviceChoice[];
