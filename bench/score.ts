import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeData } from './lib/makeData';
import { makeModel } from './lib/makeModel';
import { bertBase, gpt2Small, type ModelShape } from './lib/modelShapes';
import { OurScorer } from './lib/ourScorer';
import { scoreWatched } from './lib/scoreWatched';
import { torchPeak, TorchScorer, type TorchMode } from './lib/torch';
import { describeMachine, median, writeResult } from './results';

/**
 * Scoring against PyTorch on the same cores, in turn: plain-torch blocks (bench/torch) with (a) `naive`: sample by sample
 * with weight gradients, squared and added up, as published scripts do; `naive-norms`: the same without the accumulator;
 * (b) `gram`: all samples in one batch with per-sample norms from Gram products. Two threads a side, medians of five after
 * a warm-up; weights are loaded before. Peak memory is of whole processes, ours summed over all of them.
 *
 *     npm run build && npm run bench -- score
 *
 * Needs Debian's python3-torch and libopenblas0-pthread.
 */
const rounds = 5;
const modes: readonly TorchMode[] = ['naive', 'naive-norms', 'gram'];
const shapes: Readonly<Record<string, ModelShape>> = { 'GPT-2 small': gpt2Small, 'BERT base': bertBase };
const sizes = [
  [8, 128],
  [32, 32],
] as const;

export async function benchScore(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'adapter-lab-bench-'));
  const results: Record<string, unknown> = {};
  let torch: unknown;
  try {
    for (const [name, shape] of Object.entries(shapes)) {
      const model = path.join(folder, shape.family);
      await makeModel(model, shape, { dtype: 'F32' });
      for (const [samples, tokens] of sizes) {
        const data = path.join(folder, `${shape.family}-${samples}x${tokens}.jsonl`);
        const labels = shape.family === 'bert' ? { labels: shape.labels } : {};
        await makeData(data, { samples, tokens, vocabulary: shape.vocabulary, ...labels });
        const { info, figures } = await compare(model, data, shape.family === 'bert', samples);
        torch = info;
        results[`${name}, ${samples} x ${tokens}`] = figures;
        console.log(name, samples, tokens, JSON.stringify(figures));
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  writeResult('score', { machine: describeMachine(), torch, rounds, ...results });
}

async function compare(model: string, data: string, classifies: boolean, samples: number) {
  const kind = classifies ? 'classification' : 'causal-lm';
  const ours = await OurScorer.open(model, data, kind, samples);
  const torch = await TorchScorer.start({ model, data });
  const seconds: Record<string, number[]> = {};
  const note = (side: string, taken: number, round: number): void => {
    if (round > 0) (seconds[side] ??= []).push(taken);
  };
  try {
    for (let round = 0; round <= rounds; round++) {
      note('ours', await ours.run(), round);
      for (const mode of modes) note(mode, (await torch.run(mode)).seconds, round);
    }
  } finally {
    await ours.close();
    await torch.stop();
  }
  const medians = Object.fromEntries(
    Object.entries(seconds).map(([side, all]) => [side, Number(median(all).toFixed(2))]),
  );
  const ratio = (side: string): number => Number((medians[side]! / medians['ours']!).toFixed(2));
  const options = ['--kind', kind, '--batch-size', String(samples), '--samples', String(samples)];
  const watched = await scoreWatched(model, data, options);
  const peak = (bytes: number): number => Number((bytes / 2 ** 30).toFixed(2));
  const torchPeaks: Record<string, number> = {};
  for (const mode of modes) torchPeaks[mode] = peak(await torchPeak({ model, data }, mode));
  return {
    info: torch.info,
    figures: {
      medianSeconds: medians,
      oursFaster: {
        'than naive': ratio('naive'),
        'than naive-norms': ratio('naive-norms'),
        'than gram': ratio('gram'),
      },
      allSeconds: Object.fromEntries(
        Object.entries(seconds).map(([side, all]) => [side, all.map((one) => Number(one.toFixed(2)))]),
      ),
      gflop: Number(ours.gflop.toFixed(0)),
      floorSeconds: Number((ours.gflop / ours.gflops()).toFixed(2)),
      peakGiB: { ours: peak(watched.peakRssBytes), ...torchPeaks },
      memory: watched.memory,
    },
  };
}
