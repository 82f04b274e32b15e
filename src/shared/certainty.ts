import type { Certainty } from './certaintySchema';
import { capital, formatShare } from './format';

export type { Certainty };

/** Whether no more samples are wanted. */
export const hasEnded = ({ sure, of, looks }: Certainty): boolean =>
  sure || (looks.at(-1)?.samples ?? 0) >= of;

/** A sentence on the last look: how sure the top layers are, and whether scoring stopped for it. Empty before the first look. */
export function certaintyWords(certainty: Certainty): string {
  const { level, layers, of, sure, looks } = certainty;
  const [before, last] = [looks.at(-2), looks.at(-1)];
  if (last === undefined) return '';
  const top = layers === 1 ? 'the top layer' : `the top ${layers} layers`;
  const [is, was] = layers === 1 ? ['is', 'was'] : ['are', 'were'];
  const share = formatShare(last.confidence);
  if (sure && before !== undefined) {
    const [first, second] = [formatShare(before.confidence), share];
    const resamples =
      first === second
        ? `${share} of resamples at ${count(before.samples)} and ${count(last.samples)} samples`
        : `${first} of resamples at ${count(before.samples)} samples and ${second} at ${count(last.samples)}`;
    const then = last.samples < of ? `stopped after ${count(last.samples)} of ${count(of)}` : 'that took all';
    return capital(`${top} ${was} the same in ${resamples}; ${then}.`);
  }
  const found = `${top} ${is} the same in ${share} of resamples`;
  if (last.samples < of) return `After ${count(last.samples)} of ${count(of)} samples ${found}.`;
  const why =
    last.confidence < level
      ? `less than ${wholeShare(level)}`
      : before === undefined
        ? 'but one look is too few to be sure'
        : `but ${was} in ${formatShare(before.confidence)} at ${count(before.samples)}`;
  return `The order is not certain after all ${count(of)} samples: ${found}, ${why}.`;
}

/** Whole samples: where scoring stopped is said to the last one. */
const count = (samples: number): string => samples.toLocaleString('en-US');

/** 0.95 -> "95 %" */
export const wholeShare = (share: number): string => `${Number((share * 100).toFixed(2))} %`;
