import * as tf from '@tensorflow/tfjs';
import os from 'node:os';
import { LabError } from '../shared/errors';
import { devices, type Device } from '../shared/words';
import { limitTensors, type CardLimits } from './cardLimits';
import { measureGflops } from './probe';
import { startTensorflow } from './tensorflow';
import { startWasm } from './wasm';
import { electronRefusal, startWebgpu } from './webgpu/start';

/** A device that is ready: tfjs's current backend computes on it. */
export interface OpenDevice {
  readonly device: Device;
  /** Hardware and library, for people. */
  readonly description: string;
  readonly gflops: number;
  /** Where a card computes: what it can hold. */
  readonly card?: CardLimits | undefined;
  /** The devices that were tried before it and why each was not taken. */
  readonly refused: readonly { readonly device: Device; readonly reason: string }[];
}

/** A device that was made tfjs's current backend. */
interface Started {
  readonly description: string;
  readonly limits?: CardLimits;
}

interface Starter {
  /** @throws Error whose message is one sentence on what is missing */
  readonly start: (threads: number) => Promise<Started>;
  /** Why it cannot work in a process of Electron, VS Code's own runtime; absent where it can. */
  readonly notInElectron?: string;
}

/** How each device is started; the order of `devices` is that of `auto`. `cpu` is the tests' oracle and only taken by name. */
const starters: Record<Device, Starter> = {
  // Its binding copies what it reads back.
  tensorflow: { start: startTensorflow },
  webgpu: { start: startWebgpu, notInElectron: electronRefusal },
  native: { start: async (threads) => ({ description: await startWasm('native', threads) }) },
  wasm: { start: async () => ({ description: await startWasm('wasm', 1) }) },
  cpu: {
    start: async () => {
      await tf.setBackend('cpu');
      return { description: 'CPU, plain JavaScript' };
    },
  },
};

let opened: OpenDevice | undefined;

/**
 * Opens the device that was asked for, or the first that works. A process has one device for its life.
 * @param threads threads of one matrix product on CPU devices
 * @throws LabError device-unavailable with every refusal's reason
 */
export async function openDevice(wanted: Device | 'auto', threads = defaultThreads()): Promise<OpenDevice> {
  if (opened !== undefined) {
    if (wanted === 'auto' || wanted === opened.device) return opened;
    throw new LabError(
      'device-unavailable',
      `This engine process already computes on '${opened.device}', not '${wanted}'.`,
      'Restart the engine to change its device.',
    );
  }
  const tried = wanted === 'auto' ? devices.filter((device) => device !== 'cpu') : [wanted];
  const refused: { device: Device; reason: string }[] = [];
  for (const device of tried) {
    try {
      const { description, limits } = await start(device, threads);
      const gflops = await measureGflops();
      opened = { device, description, gflops, refused, ...(limits && { card: limits }) };
      return opened;
    } catch (error) {
      if (error instanceof LabError) throw error;
      refused.push({ device, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  throw new LabError(
    'device-unavailable',
    refused.map(({ device, reason }) => `The device '${device}' cannot be used: ${reason}`).join(' '),
    `Choose ${['auto', ...devices.filter((device) => device !== 'cpu' && !tried.includes(device))].join(', or ')}.`,
  );
}

/**
 * Makes one device tfjs's current backend, in a process that has none yet.
 * @returns hardware and library, for people; the limits of a card
 * @throws Error whose message is one sentence on what is missing
 */
export async function start(device: Device, threads = defaultThreads()): Promise<Started> {
  const { start: begin, notInElectron } = starters[device];
  if (notInElectron !== undefined && process.versions['electron'] !== undefined)
    throw new Error(notInElectron);
  // Without it tfjs advertises tfjs-node on stderr and checks every value it reads back.
  tf.enableProdMode();
  const started = await begin(threads);
  limitTensors(started.limits?.tensorBytes ?? Infinity);
  return started;
}

/** As many threads as the process may use cores. */
export const defaultThreads = (): number => Math.max(1, os.availableParallelism());
