import * as tf from '@tensorflow/tfjs';
import { fork } from 'node:child_process';
import type { Device } from '../src/shared/words';
import { openDevice } from '../src/tensors/device';
import { describeMachine, median, writeResult } from './results';

/**
 * Matrix products of the shapes that scoring uses, on each CPU device, in all three orientations: plain, with the right
 * side transposed (forward), with the left side transposed (a weight's gradient). Devices take turns, one process each a
 * turn, one thread; medians over the turns.
 *
 *     npm run bench -- matmul
 */
const shapes = [
  [1024, 128, 336],
  [512, 768, 3072],
] as const;
const orientations = { plain: [false, false], right: [false, true], left: [true, false] } as const;
const devices: readonly Device[] = ['native', 'wasm'];
const turns = 5;

type Speeds = Record<string, number>;

export async function benchMatmul(): Promise<void> {
  const all: Record<string, Speeds[]> = {};
  for (let turn = 0; turn < turns; turn++) {
    for (const device of devices) (all[device] ??= []).push(await inProcess(device));
  }
  const gflops = Object.fromEntries(
    Object.entries(all).map(([device, speeds]) => [
      device,
      Object.fromEntries(
        Object.keys(speeds[0]!).map((name) => [
          name,
          Number(median(speeds.map((one) => one[name]!)).toFixed(1)),
        ]),
      ),
    ]),
  );
  writeResult('matmul', { machine: describeMachine(), threads: 1, turns, gflops });
}

const inProcess = (device: Device): Promise<Speeds> =>
  new Promise((resolve, reject) => {
    const child = fork(__filename, [device], { execArgv: ['--require', 'tsx/cjs'] });
    child.once('message', (speeds) => resolve(speeds as Speeds));
    child.once('exit', (code) => reject(new Error(`${device} ended with ${code}`)));
  });

async function measure(device: Device): Promise<Speeds> {
  await openDevice(device, 1);
  const speeds: Speeds = {};
  for (const [m, k, n] of shapes) {
    for (const [name, [left, right]] of Object.entries(orientations)) {
      const a = tf.randomUniform(left ? [k, m] : [m, k]) as tf.Tensor2D;
      const b = tf.randomUniform(right ? [n, k] : [k, n]) as tf.Tensor2D;
      const times = Array.from({ length: 9 }, () => {
        const started = performance.now();
        tf.matMul(a, b, left, right).dispose();
        return performance.now() - started;
      });
      speeds[`${m}x${k}x${n} ${name}`] = (2 * m * k * n) / (median(times) * 1e6);
      tf.dispose([a, b]);
    }
  }
  return speeds;
}

const [device] = process.argv.slice(2);
if (require.main === module && device !== undefined) {
  void measure(device as Device).then((speeds) => process.send?.(speeds, () => process.exit(0)));
}
