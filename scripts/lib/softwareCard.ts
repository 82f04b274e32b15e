import { existsSync } from 'node:fs';
import path from 'node:path';

/** Where browsers keep SwiftShader, a Vulkan driver that computes on the CPU, with the loader for it. */
const folders = [
  '/usr/lib/chromium',
  '/usr/lib/chromium-browser',
  '/usr/lib64/chromium-browser',
  '/opt/google/chrome',
  '/opt/chromium.org/chromium',
];

/**
 * The variables with which the device `webgpu` finds Chromium's software card and takes it; undefined where there is none.
 * The loader is named by LD_LIBRARY_PATH: it is read when a process starts.
 */
export function softwareCard(): Record<string, string> | undefined {
  if (process.platform !== 'linux') return undefined;
  const folder = folders.find((candidate) =>
    ['vk_swiftshader_icd.json', 'libvk_swiftshader.so', 'libvulkan.so.1'].every((file) =>
      existsSync(path.join(candidate, file)),
    ),
  );
  if (folder === undefined) return undefined;
  const searched = [folder, ...(process.env['LD_LIBRARY_PATH'] ?? '').split(':')].filter(Boolean);
  const driver = path.join(folder, 'vk_swiftshader_icd.json');
  return {
    LD_LIBRARY_PATH: searched.join(':'),
    VK_ICD_FILENAMES: driver,
    VK_DRIVER_FILES: driver,
    ADAPTER_LAB_SOFTWARE_GPU: '1',
  };
}
