import type { PairedScores } from '../../../src/judging/pairedScores';
import { mulberry32, normalDraws } from '../../../src/shared/random';

/** What two arms differ by in a simulated case; standard deviations in the metric's unit. */
export interface Case {
  readonly seeds: number;
  readonly examples: number;
  /** Of an arm's seed, the same for all its examples. */
  readonly ofSeed: number;
  /** Of a seed on an example. */
  readonly noise: number;
  /** Of the plan on an example, the same for all seeds: what makes another plan another one. */
  readonly ofExample?: number;
  /** What the plan is better by. */
  readonly gain?: number;
  /** Right or wrong, rather than a number. */
  readonly isBinary?: boolean;
}

export function normals(seed: number): () => number {
  const random = mulberry32(seed);
  return () => normalDraws(random, 1)[0] as number;
}

/** A plan and its control on examples of differing difficulty, with seeds of their own in both arms. */
export function simulate(normal: () => number, one: Case): PairedScores {
  const { seeds, examples, ofSeed, noise, ofExample = 0, gain = 0, isBinary = false } = one;
  const draw = (scale: number): number[] => Array.from({ length: examples }, () => scale * normal());
  const [difficulty, own] = [draw(1.5), draw(ofExample)];
  const arm = (of: (example: number) => number): number[] => {
    const shift = ofSeed * normal();
    return difficulty.map((hard, example) => {
      const value = hard + shift + of(example) + noise * normal();
      return isBinary ? Number(value > 0) : value;
    });
  };
  return {
    differences: Array.from({ length: seeds }, () => {
      const control = arm(() => 0);
      return arm((example) => gain + (own[example] as number)).map(
        (value, example) => value - (control[example] as number),
      );
    }),
    weights: new Float64Array(examples).fill(1 / examples),
    tasks: new Uint8Array(examples),
  };
}
