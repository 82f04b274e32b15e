import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { deviceReportSchema, type DeviceReport } from '../shared/protocol';
import { start } from '../tensors/device';
import { measureGflops } from '../tensors/probe';
import { devices, type Device } from '../shared/words';
import { processBytes } from './scoring/memory';

/** Argument by which a bundle of ours is asked, in a process of its own, to try one device and print its report. */
export const probeArgument = '--probe-device';

/**
 * Every device that this version has, with its speed or why it is refused. A process has one device for its life, and a
 * driver that crashes must not take the engine along, so each is tried in a process of its own, one after the other.
 */
export async function listDevices(): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const device of devices.filter((name) => name !== 'cpu')) {
    reports.push(await probeInProcess(device));
  }
  return reports;
}

async function probeInProcess(device: Device): Promise<DeviceReport> {
  try {
    const entry = process.argv[1] ?? '';
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...process.execArgv, entry, probeArgument, device],
      {
        timeout: 60_000,
      },
    );
    return deviceReportSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return {
      device,
      available: false,
      description: `The probe failed: ${reason}`,
      gflops: 0,
      memoryBytes: 0,
    };
  }
}

/** Tries one device in this process. */
export async function probeDevice(device: Device): Promise<DeviceReport> {
  try {
    const { description, limits } = await start(device);
    const memoryBytes =
      limits === undefined ? processBytes(device !== 'tensorflow') : (limits.memoryBytes ?? 0);
    return { device, available: true, description, gflops: await measureGflops(), memoryBytes };
  } catch (error) {
    return {
      device,
      available: false,
      description: error instanceof Error ? error.message : String(error),
      gflops: 0,
      memoryBytes: 0,
    };
  }
}

/** Answers a probe request of `listDevices`; false where this process was started for something else. */
export async function answeredProbe(args: readonly string[]): Promise<boolean> {
  const at = args.indexOf(probeArgument);
  if (at < 0) return false;
  const device = devices.find((name) => name === args[at + 1]);
  if (device !== undefined) process.stdout.write(`${JSON.stringify(await probeDevice(device))}\n`);
  return true;
}
