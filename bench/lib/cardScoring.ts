import { median } from '../results';
import { agreementOf } from './agreement';
import { CardMemory } from './cardMemory';
import type { CardCase, CardPlace, Measured } from './cardCase';
import { OurScorer } from './ourScorer';
import { TorchScorer, type TorchMode, type TorchRun } from './torch';

const modes: readonly TorchMode[] = ['naive', 'naive-norms', 'gram'];
/** The sides' scores may lie so far apart at most: float32 in another order. */
const tolerance = 1e-4;

/**
 * Scoring one data file on both sides in turn, with weights loaded before. PyTorch's modes are those of bench/score.ts:
 * `naive` and `naive-norms` a sample at a time, as published scripts do; `gram` all samples in one batch, by hooks.
 */
export async function measureScoring(at: CardCase, place: CardPlace): Promise<Measured> {
  const memory = place.software ? undefined : await CardMemory.start();
  const ours = await OurScorer.open(at.model, at.data, 'causal-lm', at.samples, 'webgpu');
  try {
    const opened = memory?.peakBytes;
    const scores = await ours.scores();
    await ours.run();
    const peak = memory?.peakBytes;
    await memory?.stop();
    const torch = await TorchScorer.start({ ...at, python: place.python, device: place.torchDevice });
    try {
      const agreement: Record<string, unknown> = {};
      let worst = 0;
      for (const mode of modes) {
        const apart = agreementOf(scores, await torch.scores(mode));
        agreement[`with ${mode}`] = apart;
        worst = Math.max(worst, apart.worst);
      }
      const { seconds, last } = await inTurn(ours, torch, place.rounds);
      return {
        about: { ours: ours.description, pytorch: torch.info },
        figures: {
          ...speeds(seconds, at),
          peakGiB: place.software ? undefined : peaks(opened, peak, last),
          agreement,
          memory: ours.memory,
          gflop: Number(ours.gflop.toPrecision(4)),
        },
        ...(worst < tolerance
          ? {}
          : { complaint: `The scores of ${at.name} differ by ${worst} of a score, more than ${tolerance}.` }),
      };
    } finally {
      await torch.stop();
    }
  } finally {
    await memory?.stop();
    await ours.close();
  }
}

/** @returns seconds of each side's rounds, and PyTorch's last runs */
async function inTurn(ours: OurScorer, torch: TorchScorer, rounds: number) {
  const seconds: Record<string, number[]> = {};
  const last = new Map<TorchMode, TorchRun>();
  // Both have scored before: shaders and kernels are there, and the first round warms up what else there is.
  for (let round = 0; round <= rounds; round++) {
    const taken: Record<string, number> = { ours: await ours.run() };
    for (const mode of modes) {
      const run = await torch.run(mode);
      last.set(mode, run);
      taken[mode] = run.seconds;
    }
    if (round > 0) for (const [side, one] of Object.entries(taken)) (seconds[side] ??= []).push(one);
  }
  return { seconds, last };
}

function speeds(seconds: Readonly<Record<string, readonly number[]>>, { samples, tokens }: CardCase) {
  const each = (of: (median: number) => number): Record<string, number> =>
    Object.fromEntries(Object.entries(seconds).map(([side, all]) => [side, digits(of(median(all)))]));
  const mine = median(seconds['ours']!);
  const faster = Object.entries(each((theirs) => theirs / mine)).filter(([side]) => side !== 'ours');
  return {
    medianSeconds: each((one) => one),
    tokensPerSecond: each((one) => (samples * tokens) / one),
    samplesPerSecond: each((one) => samples / one),
    oursFaster: Object.fromEntries(faster.map(([side, times]) => [`than ${side}`, times])),
    allSeconds: Object.fromEntries(Object.entries(seconds).map(([side, all]) => [side, all.map(digits)])),
  };
}

/**
 * Ours is what the driver says of the card, with the driver's own part and with freed buffers that are kept. PyTorch's is
 * what its tensors took, and what it kept of the card with them, both without CUDA's own part.
 */
function peaks(opened: number | undefined, peak: number | undefined, last: ReadonlyMap<TorchMode, TorchRun>) {
  const theirs = [...last.values()].map(({ mode, peakAllocatedBytes, peakReservedBytes }) => [
    mode,
    { allocated: gib(peakAllocatedBytes), reserved: gib(peakReservedBytes) },
  ]);
  return { ours: gib(peak), oursBeforeWeights: gib(opened), ...Object.fromEntries(theirs) };
}

const digits = (value: number): number => Number(value.toPrecision(4));
const gib = (bytes: number | undefined): number | undefined =>
  bytes === undefined ? undefined : Number((bytes / 2 ** 30).toFixed(2));
