import { signOf } from './objective';
import { isByHand, type SearchTrial, type Study } from './study';
import type { Rungs } from './studyEvents';

/** A measure after so many steps; more is better. */
export interface Measured {
  readonly step: number;
  readonly value: number;
}

/**
 * Whether a trial goes on, by asynchronous successive halving (Li et al., "A System for Massively Parallel Hyperparameter
 * Tuning", 2018, algorithm 2), in the form that stops trials where they stand: at each rung the trial has passed, its best
 * value so far must be among the best ⌊n/factor⌋ of the n that came to that rung, itself counted; equals pass. Below
 * `factor` values a rung stops nobody, so the first trials run to their end.
 *
 * @param earlier curves of the trials it is compared with
 */
export function goesOn(
  earlier: readonly (readonly Measured[])[],
  curve: readonly Measured[],
  { firstStep, factor }: Rungs,
): boolean {
  const reached = lastStep(curve);
  for (let rung = firstStep; rung <= reached; rung *= factor) {
    const own = bestUntil(curve, rung);
    const others = earlier.filter((other) => lastStep(other) >= rung).map((other) => bestUntil(other, rung));
    const passing = Math.floor((others.length + 1) / factor);
    if (passing > 0 && others.filter((other) => other > own).length >= passing) return false;
  }
  return true;
}

/**
 * The same for a trial of a study. It is compared with trials of the batches before its own, all of which are told by the
 * time it runs: the answer does not depend on which of the trials that run at once is ahead. Counts the curve of the study's
 * first seed; a trial that came through it is not stopped in a later one. A trial by hand is trained to its end: whoever asks for
 * a point wants its value.
 */
export function trialGoesOn({ settings, trials }: Study, number: number): boolean {
  const { rungs, seeds, objective } = settings;
  const trial = trials[number];
  if (rungs === undefined || trial === undefined || isByHand(trial)) return true;
  const curveOf = ({ curve }: SearchTrial): Measured[] =>
    curve
      .filter(({ seed }) => seed === seeds[0])
      .map(({ step, value }) => ({ step, value: signOf(objective) * value }));
  const earlier = trials.slice(0, trial.before).filter(({ state }) => state !== 'failed');
  return goesOn(earlier.map(curveOf), curveOf(trial), rungs);
}

const lastStep = (curve: readonly Measured[]): number =>
  curve.reduce((last, { step }) => Math.max(last, step), 0);

/** What is kept of a training is its best adapter so far, so that counts; a value that is no number never does. */
const bestUntil = (curve: readonly Measured[], rung: number): number =>
  curve.reduce((best, { step, value }) => (step <= rung && value > best ? value : best), -Infinity);
