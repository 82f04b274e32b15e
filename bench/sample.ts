import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeMachine, median, writeResult } from './results';

/**
 * The sample's spam task scored by the built command line, whole processes, devices in turn; medians, and their ratio.
 * Also how far the scores of the two devices lie apart.
 *
 *     npm run build && npm run bench -- sample
 */
const root = path.resolve(__dirname, '..');
const turns = 3;
const devices = ['native', 'wasm'] as const;

export async function benchSample(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'adapter-lab-bench-'));
  const seconds: Record<string, number[]> = {};
  const scores: Record<string, number[]> = {};
  try {
    for (let turn = 0; turn < turns; turn++) {
      for (const device of devices) {
        const file = path.join(folder, `${device}.json`);
        const started = performance.now();
        execFileSync(process.execPath, args(device, file), { cwd: root, stdio: 'ignore' });
        (seconds[device] ??= []).push((performance.now() - started) / 1000);
        const { modules } = JSON.parse(readFileSync(file, 'utf8')) as { modules: { score: number }[] };
        scores[device] = modules.map(({ score }) => score);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const medians = Object.fromEntries(
    devices.map((device) => [device, Number(median(seconds[device]!).toFixed(2))]),
  );
  writeResult('sample', {
    machine: describeMachine(),
    samples: 32,
    turns,
    medianSeconds: medians,
    wasmToNative: Number((medians['wasm']! / medians['native']!).toFixed(2)),
    largestRelativeDifference: Math.max(
      ...scores['native']!.map((score, index) => Math.abs(scores['wasm']![index]! / score - 1)),
    ),
  });
}

const args = (device: string, file: string): string[] => [
  'bin/adapter-lab.mjs',
  'score',
  ...[
    '--model',
    'media/sample/model',
    '--data',
    'media/sample/data/spam.train.jsonl',
    '--kind',
    'classification',
  ],
  ...['--samples', '32', '--max-length', '192', '--device', device, '--json', file],
];
