import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EngineClient } from '../../../src/extension/engineClient/engineClient';
import { EngineSession } from '../../../src/extension/engineClient/engineSession';
import { textOf, usual } from '../../../test/unit/engine/smallSearches';
import { writeSmallExperiment } from '../../../test/unit/engine/smallExperiment';
import { logOf } from '../../../test/unit/extension/logOf';
import { liveTree } from '../../../test/harness/processTree';
import { bundled } from './bundled';
import type { Bytes } from './processMemory';

/** What the engine's process held behind a round of jobs. */
export interface RoundSample extends Bytes {
  readonly round: number;
  readonly files: number;
  /** Processes that it had started and that were still alive. */
  readonly children: number;
}

const worker = path.join(__dirname, '..', '..', '..', 'dist', 'worker.js');

/** One engine that scores, trains and searches again and again, through the extension's own client. */
export async function repeatJobs(folder: string, rounds: number): Promise<readonly RoundSample[]> {
  if (!existsSync(worker)) throw new Error('dist/worker.js is missing. Run: npm run build');
  const experiment = await writeSmallExperiment(
    folder,
    textOf(usual.replace('evaluations: 5', 'evaluations: 2')),
  );
  const told = path.join(folder, 'memory.json');
  const preload = await bundled('tellMemory', folder);
  const client = new EngineClient({
    worker,
    findRuntime: () =>
      Promise.resolve({
        ...{ execPath: process.execPath, version: process.versions.node, reason: 'the soak' },
        env: { ...process.env, NODE_OPTIONS: `--require ${preload}`, ADAPTER_LAB_SOAK_MEMORY: told },
      }),
    loadSession: () => Promise.resolve(EngineSession),
    log: logOf().log,
  });
  const samples: RoundSample[] = [];
  try {
    for (let round = 1; round <= rounds; round++) {
      const order = (job: string) =>
        ({ experiment, run: path.join(folder, `${job}-${round}`), device: 'native', resume: false }) as const;
      await client.request('score', { ...order('score'), job: 'score', processes: 2 });
      await client.request('train', order('train'));
      await client.request('search', { ...order('search'), job: 'search', processes: 1 });
      samples.push({ round, ...(await askMemory(client.pid ?? 0, told)) });
      for (const job of ['score', 'train', 'search']) rmSync(order(job).run, { recursive: true });
    }
  } finally {
    await client.dispose();
  }
  return samples;
}

async function askMemory(pid: number, told: string): Promise<Bytes & { files: number; children: number }> {
  rmSync(told, { force: true });
  process.kill(pid, 'SIGUSR2');
  while (!existsSync(told) || !readFileSync(told, 'utf8').endsWith('\n')) await pause(10);
  return {
    ...(JSON.parse(readFileSync(told, 'utf8')) as Bytes),
    files: readdirSync(`/proc/${pid}/fd`).length,
    children: liveTree(pid).length - 1,
  };
}
