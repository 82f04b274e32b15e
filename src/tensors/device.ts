import * as tf from '@tensorflow/tfjs';
import os from 'node:os';
import { LabError } from '../shared/errors';
import { devices, type Device } from '../shared/words';
import { measureGflops } from './probe';
import { startTensorflow } from './tensorflow';
import { startWasm } from './wasm';

/** A device that is ready: tfjs's current backend computes on it. */
export interface OpenDevice {
  readonly device: Device;
  /** Hardware and library, for people. */
  readonly description: string;
  readonly gflops: number;
  /** The devices that were tried before it and why each was not taken. */
  readonly refused: readonly { readonly device: Device; readonly reason: string }[];
}

/** How each device is started; the order is the order of `auto`. `cpu` is the tests' oracle and only taken by name. */
const starters: Partial<Record<Device, (threads: number) => Promise<string>>> = {
  tensorflow: () => startTensorflow(),
  native: (threads) => startWasm('native', threads),
  wasm: () => startWasm('wasm', 1),
  cpu: async () => {
    await tf.setBackend('cpu');
    return 'CPU, plain JavaScript';
  },
};

/** The devices that this version can open. */
export const builtDevices = devices.filter((device) => starters[device] !== undefined);

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
  // Without it tfjs advertises tfjs-node on stderr and checks every value it reads back.
  tf.enableProdMode();
  const tried = wanted === 'auto' ? builtDevices.filter((device) => device !== 'cpu') : [wanted];
  const refused: { device: Device; reason: string }[] = [];
  for (const device of tried) {
    try {
      const description = await start(device, threads);
      opened = { device, description, gflops: measureGflops(), refused };
      return opened;
    } catch (error) {
      if (error instanceof LabError) throw error;
      refused.push({ device, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  throw new LabError(
    'device-unavailable',
    refused.map(({ device, reason }) => `The device '${device}' cannot be used: ${reason}`).join(' '),
    `Choose ${['auto', ...builtDevices.filter((device) => device !== 'cpu' && !tried.includes(device))].join(', or ')}.`,
  );
}

/**
 * Makes one device tfjs's current backend, in a process that has none yet.
 * @returns hardware and library, for people
 * @throws Error whose message is one sentence on what is missing
 */
export function start(device: Device, threads = defaultThreads()): Promise<string> {
  const starter = starters[device];
  return starter === undefined
    ? Promise.reject(new Error('this version has no such device.'))
    : starter(threads);
}

/** As many threads as the process may use cores. */
export const defaultThreads = (): number => Math.max(1, os.availableParallelism());
