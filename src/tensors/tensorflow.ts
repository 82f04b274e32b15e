import * as tf from '@tensorflow/tfjs';
import { createRequire } from 'node:module';
import util from 'node:util';

/**
 * The `tensorflow` device: tfjs-node-gpu, else tfjs-node, where the user has them with their libtensorflow. Both
 * register their backend in tfjs-core's registry, which is global to the process, so our graph code runs on it as is.
 */
const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/**
 * Loads the first package that works and makes its backend current.
 * @returns what computes, for people
 * @throws Error with one sentence a package on why it cannot be used
 */
export async function startTensorflow(): Promise<string> {
  // libtensorflow takes the whole card unless told otherwise before it starts.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  restoreNodeUtilities();
  const reasons: string[] = [];
  for (const name of packages) {
    try {
      const module = createRequire(__filename)(name) as { version?: Record<string, string> };
      await tf.setBackend('tensorflow');
      await tf.ready();
      return describe(name, module.version);
    } catch (error) {
      reasons.push(reasonOf(name, error));
    }
  }
  throw new Error(reasons.join(' '));
}

function describe(name: string, version: Record<string, string> | undefined): string {
  const backend = tf.backend() as unknown as { isUsingGpuDevice?: boolean };
  const library = `${name} ${version?.['tfjs-node'] ?? ''}`.trim();
  return backend.isUsingGpuDevice === true ? `GPU, ${library}` : `CPU, ${library}`;
}

/** One sentence: what is missing, and the command that gets it. */
export function reasonOf(name: string, error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  const first = (message ?? String(error)).split('\n')[0] ?? '';
  if (code === 'MODULE_NOT_FOUND' && first.includes(`'${name}'`)) return `${name} is not installed.`;
  if (first.includes('was not found') || first.includes('tfjs_binding.node') || code === 'MODULE_NOT_FOUND') {
    return `${name} is there without libtensorflow: npm rebuild ${name} --ignore-scripts=false downloads it.`;
  }
  if (first.includes('.so') || first.includes('.dll')) return `${name} misses a system library: ${first}.`;
  return `${name} failed to load: ${first}.`;
}

/**
 * Node 23 removed helpers that tfjs-node 4.22 still calls in every op (tensorflow/tfjs#8425, never released).
 * Adding them back is the whole fix; it must happen before the package is loaded.
 */
export function restoreNodeUtilities(): void {
  const target = util as unknown as Record<string, unknown>;
  target['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  target['isArray'] ??= Array.isArray;
}
