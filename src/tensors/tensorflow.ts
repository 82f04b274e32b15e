import * as tf from '@tensorflow/tfjs';
import { createRequire } from 'node:module';
import util from 'node:util';
import { runtimeRequire, thisPlatform } from '../files/runtimes';
import { runtimes } from '../shared/runtimes';
import type { CardLimits } from './cardLimits';
import { findCards } from './machine/cards';
import { cudaTrouble } from './machine/cuda';

/**
 * The `tensorflow` device: tfjs-node-gpu, else tfjs-node, where the user has them with their libtensorflow. Both
 * register their backend in tfjs-core's registry, which is global to the process, so our graph code runs on it as is.
 */
const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** What is known of the library once it is loaded. */
interface Binding {
  readonly isUsingGpuDevice?: boolean;
  readonly binding?: { readonly TF_Version?: string };
}

/**
 * Loads the first package that works and makes its backend current.
 * @returns what computes, for people; the limits of a card
 * @throws Error with one sentence a package on why it cannot be used
 */
export async function startTensorflow(): Promise<{ description: string; limits?: CardLimits }> {
  // libtensorflow takes the whole card unless told otherwise before it starts.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  restoreNodeUtilities();
  const reasons: string[] = [];
  for (const name of packages) {
    try {
      const module = load(name);
      await tf.setBackend('tensorflow');
      await tf.ready();
      return await describe(`${name} ${module.version?.['tfjs-node'] ?? ''}`.trim());
    } catch (error) {
      reasons.push(reasonOf(name, error));
    }
  }
  // A user with such a card wants to know what else would be missing; of others nobody expects it to work.
  const nvidia = (await findCards()).filter(({ vendor }) => vendor === 'nvidia');
  const trouble = nvidia.length > 0 ? await cudaTrouble(nvidia) : undefined;
  throw new Error([...reasons, ...(trouble === undefined ? [] : [trouble.sentence, trouble.fix])].join(' '));
}

/** The user's own package comes first, then what Install GPU Runtime put there. */
function load(name: string): { version?: Record<string, string> } {
  const own = createRequire(__filename);
  try {
    return own(name) as { version?: Record<string, string> };
  } catch (error) {
    const installed = runtimeRequire('tensorflow');
    if (installed === undefined || name !== packages[0]) throw error;
    return installed(name) as { version?: Record<string, string> };
  }
}

/** @param library name and version of the package */
async function describe(library: string): Promise<{ description: string; limits?: CardLimits }> {
  const { isUsingGpuDevice, binding } = tf.backend() as unknown as Binding;
  const versions =
    binding?.TF_Version === undefined ? library : `${library}, libtensorflow ${binding.TF_Version}`;
  const cards = await findCards();
  if (isUsingGpuDevice === true) {
    const [card] = cards.filter(({ vendor }) => vendor === 'nvidia');
    const driver = card?.driver === undefined ? '' : `, driver ${card.driver}`;
    const name = card?.name ?? 'GPU';
    const { memoryBytes, freeBytes } = card ?? {};
    // CUDA binds what its memory holds.
    const limits = { name, tensorBytes: Infinity, memoryBytes, freeBytes, sharedMemory: false };
    return { description: `${name}, ${versions}${driver}`, limits };
  }
  const trouble = library.startsWith(packages[0]) ? await cudaTrouble(cards) : undefined;
  const why = trouble === undefined ? '' : `; not the card: ${trouble.sentence} ${trouble.fix}`;
  return { description: `CPU, ${versions}${why}` };
}

/** One sentence: what is missing, and the command that gets it. */
export function reasonOf(name: string, error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  const first = (message ?? String(error)).split('\n')[0] ?? '';
  if (code === 'MODULE_NOT_FOUND' && first.includes(`'${name}'`)) {
    const offered = name === packages[0] && runtimes.tensorflow.platforms.includes(thisPlatform);
    return `${name} is not installed${offered ? ': the command Install GPU Runtime gets it' : ''}.`;
  }
  if (first.includes('was not found') || first.includes('tfjs_binding.node') || code === 'MODULE_NOT_FOUND') {
    return `${name} is there without libtensorflow: the command Install GPU Runtime gets it, and so does npm rebuild ${name} --ignore-scripts=false.`;
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
