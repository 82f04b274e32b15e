import { certaintyWords } from '../../src/shared/certainty';
import type { TaskState } from '../../src/shared/runState';
import { formatScore, formatShare } from '../../src/shared/format';

/** Below this Kendall τ two halves of the samples order the layers hardly more alike than chance would. */
export const noiseBelow = 0.3;
/** From here on the order is firm enough to allocate by. */
const steadyFrom = 0.7;

export interface StabilityText {
  readonly task: string;
  readonly tau: string;
  readonly topK: string;
  readonly verdict: 'noise' | 'fair' | 'steady';
  readonly sentence: string;
  /** How sure the top layers were, where scoring stops once they are; else empty. */
  readonly certainty: string;
}

/** How far a task's order of layers can be trusted; undefined until both halves have been compared. */
export function stabilityText(task: TaskState): StabilityText | undefined {
  if (!task.stability) return undefined;
  const { halvesKendallTau, topKAgreement } = task.stability;
  const verdict = verdictOf(halvesKendallTau);
  return {
    task: task.name,
    tau: formatScore(halvesKendallTau),
    topK: formatShare(topKAgreement),
    verdict,
    sentence: sentences[verdict],
    certainty: task.certainty === undefined ? '' : certaintyWords(task.certainty),
  };
}

const sentences = {
  noise:
    'This order is noise: two halves of the samples disagree about it. Score more samples before you use it.',
  fair: 'Fair: the top of the order is likely right, close neighbors may swap.',
  steady: 'Steady: both halves of the samples give nearly the same order.',
};

function verdictOf(tau: number): StabilityText['verdict'] {
  if (tau < noiseBelow) return 'noise';
  return tau < steadyFrom ? 'fair' : 'steady';
}
