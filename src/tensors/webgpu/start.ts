import * as tf from '@tensorflow/tfjs';
import { formatBytes } from '../../shared/format';
import { findCards, type Card } from '../machine/cards';
import { glibcTrouble } from '../machine/glibc';
import { vulkanTrouble, type Trouble } from '../machine/vulkan';
import { checkDevice } from '../selfCheck';
import type { CardLimits } from '../cardLimits';
import { findAdapter, infoOf, isSoftware, nameOf, openAdapter } from './adapter';
import { loadDawn } from './dawn';
import { watch } from './faults';
import { limitPool } from './pool';

/** Set to 1, software that pretends to be a card is taken: for tests, as it is hundreds of times slower than the CPU itself. */
export const softwareVariable = 'ADAPTER_LAB_SOFTWARE_GPU';

/** Buffers of freed tensors that are kept for others: much where there is much. */
const pool = { bytes: 1e9, share: 1 / 8 };

/**
 * Makes tfjs's WebGPU backend current, on Dawn: any card with a driver for Vulkan, Metal or Direct3D 12.
 * @returns what computes, for people, and its limits
 * @throws Error with a sentence on what is missing and how to get it
 */
export async function startWebgpu(): Promise<{ description: string; limits: CardLimits }> {
  const software = process.env[softwareVariable] === '1';
  const cards = await findCards();
  const trouble = software ? undefined : (glibcTrouble() ?? (await vulkanTrouble(cards)));
  // Not even loaded: Dawn would complain in its own words, on stderr, in every process.
  if (trouble !== undefined && hopeless.has(trouble.code)) throw new Error(wordsOf(trouble));
  const adapter = await findAdapter(loadDawn());
  if (adapter === undefined) throw new Error(trouble === undefined ? noAdapter(cards) : wordsOf(trouble));
  const info = infoOf(adapter);
  const name = nameOf(info);
  if (isSoftware(info) && !software) {
    const slow = `${name} is software on the CPU, hundreds of times slower than the device 'native'.`;
    throw new Error(trouble === undefined ? slow : `${slow} ${wordsOf(trouble)}`);
  }
  const device = await openAdapter(adapter);
  watch(device, name);
  const limits = limitsOf(device, name, software ? [] : cards);
  await useBackend(device, info, Math.min(pool.bytes, pool.share * (limits.memoryBytes ?? Infinity)));
  await selfCheck();
  return { description: describe(limits), limits };
}

/** Troubles with which there is no adapter for sure. */
const hopeless: ReadonlySet<string> = new Set([
  'no-card',
  'container-without-card',
  'vulkan-loader-missing',
  'glibc-too-old',
  'glibc-missing',
]);

const wordsOf = ({ sentence, fix }: Trouble): string => `${sentence} ${fix}`;

/** Electron forbids memory of others in its ArrayBuffers, and Dawn gives back what it read as such (dawn-gpu/node-webgpu#5). */
export const electronRefusal =
  "WebGPU's results cannot be read back inside VS Code's own runtime: install Node.js 20 or newer, or name it in adapterLab.nodePath.";

function limitsOf(device: GPUDevice, name: string, cards: readonly Card[]): CardLimits {
  const card = cards.find((known) => sameCard(known.name, name)) ?? cards[0];
  const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
  return {
    name,
    tensorBytes: Math.min(maxStorageBufferBindingSize, maxBufferSize),
    memoryBytes: card?.memoryBytes,
    freeBytes: card?.freeBytes,
    // Software computes where all programs do.
    sharedMemory: card === undefined || card.shared === true,
  };
}

async function useBackend(device: GPUDevice, info: GPUAdapterInfo, poolBytes: number): Promise<void> {
  // Loaded here: its 250 shaders cost every other device a third of its start.
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  // The package has registered one of its own, which opens another device with small limits and hears of no fault.
  tf.removeBackend('webgpu');
  const registered = tf.registerBackend('webgpu', () => {
    const backend = new WebGPUBackend(device, info);
    limitPool(backend, poolBytes);
    return backend;
  });
  if (!registered || !(await tf.setBackend('webgpu')))
    throw new Error("tfjs's WebGPU backend did not start.");
}

async function selfCheck(): Promise<void> {
  try {
    await checkDevice();
  } catch (error) {
    // What Dawn says where a mapped range is refused, in Electron and whatever else guards its memory like it.
    const refused = /native callback|external buffers|getMappedRange/i.test(String(error));
    throw refused ? new Error(electronRefusal, { cause: error }) : error;
  }
}

function noAdapter(cards: readonly Card[]): string {
  const [card] = cards;
  return card === undefined
    ? 'no graphics card was found.'
    : `${card.name} is there, but its driver offers no Vulkan, Metal or Direct3D 12 device: update the driver.`;
}

const sameCard = (one: string, other: string): boolean => {
  const bare = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return bare(one).includes(bare(other)) || bare(other).includes(bare(one));
};

const describe = ({ name, memoryBytes, sharedMemory }: CardLimits): string =>
  [
    `${name}, WebGPU by Dawn`,
    ...(memoryBytes === undefined
      ? []
      : [`${formatBytes(memoryBytes)} of ${sharedMemory ? 'shared ' : ''}memory`]),
  ].join(', ');
