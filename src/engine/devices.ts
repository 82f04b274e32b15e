import { spawn } from 'node:child_process';
import { deviceReportSchema, type DeviceReport } from '../shared/protocol';
import { start } from '../tensors/device';
import { measureGflops } from '../tensors/probe';
import { devices, type Device } from '../shared/words';
import { endWithParent } from './childProcess';
import { processBytes } from './scoring/memory';

/** Argument by which a bundle of ours is asked, in a process of its own, to try one device and print its report. */
export const probeArgument = '--probe-device';

/** A cold disk and a driver that compiles included. */
const patienceMs = 60_000;

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
    return deviceReportSchema.parse(JSON.parse(await answerOfProbe(device)));
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

/**
 * What a process said last that tries a device. It has a channel to this one, so that it ends with this one: a driver may hang for
 * good, and nobody else would end it.
 *
 * @throws Error how it ended, where it did not come to an answer
 */
async function answerOfProbe(device: Device): Promise<string> {
  const args = [...process.execArgv, process.argv[1] ?? '', probeArgument, device];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.on('error', reject).on('close', (...end) => resolve(end));
  });
  if (child.killed) throw new Error(`it did not answer within ${patienceMs / 1000} s.`);
  if (code !== 0) throw new Error(`it ended with ${signal ?? `code ${code}`}.`);
  return said.trim().split('\n').at(-1) ?? '';
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
  endWithParent();
  const device = devices.find((name) => name === args[at + 1]);
  if (device !== undefined) process.stdout.write(`${JSON.stringify(await probeDevice(device))}\n`);
  return true;
}
