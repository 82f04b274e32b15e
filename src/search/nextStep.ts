import { formatScore } from '../shared/format';
import { trialObjective } from './objective';
import { proposers } from './proposers';
import { isFinished, type Study } from './study';
import type { Proposal, Stop } from './studyEvents';

/** A gain smaller than this share of the range observed so far is not worth a training. */
const leastGain = 1e-4;

/** What a search does next. */
export type NextStep =
  | { readonly type: 'wait' }
  | { readonly type: 'propose'; readonly proposals: readonly Proposal[] }
  | { readonly type: 'stop'; readonly stop: Stop };

/**
 * Waits until every trial of the last batch is told, so that proposals depend on the results and not on which came first;
 * then proposes the next batch, or stops: when the evaluations are spent, when each candidate was tried, or when the largest
 * expected improvement is below 1e-4 of the observed range.
 */
export function nextStep(study: Study): NextStep {
  const { settings, trials, candidates, stopped } = study;
  if (stopped !== undefined) return { type: 'stop', stop: stopped };
  if (!trials.every(isFinished)) return { type: 'wait' };
  const { evaluations, batch } = settings;
  const left = Math.min(evaluations, candidates.length) - trials.length;
  if (left <= 0) return { type: 'stop', stop: spent(study) };
  const proposals = proposers[settings.proposer](study, Math.min(batch, left));
  // The first of a batch has the largest expected improvement, and no other is pending with it.
  const gain = proposals[0]?.why?.expectedImprovement;
  if (gain !== undefined && gain < leastGain * observedRange(study))
    return { type: 'stop', stop: { reason: 'gain', words: `${gainWords(study, gain)}; ${after(study)}.` } };
  return { type: 'propose', proposals };
}

/** Where the evaluations cover every candidate, there is nothing to search: undefined otherwise. */
export function fullGridWarning({ settings, candidates }: Study): string | undefined {
  if (settings.evaluations < candidates.length) return undefined;
  return `This is a full grid: ${settings.evaluations} evaluations for ${candidates.length} candidates, so that every one is tried.`;
}

function spent(study: Study): Stop {
  const { settings, trials, candidates } = study;
  return trials.length < settings.evaluations
    ? {
        reason: 'exhausted',
        words: `Every one of the ${candidates.length} candidates was tried; ${after(study)}.`,
      }
    : { reason: 'evaluations', words: `All ${settings.evaluations} evaluations are spent.` };
}

function gainWords({ settings }: Study, gain: number): string {
  const { metric, direction, sizeWeight } = settings.objective;
  const what = sizeWeight > 0 ? `${metric} net of size` : metric;
  return direction === 'maximize'
    ? `The next trial would gain ${formatScore(gain)} ${what} on average`
    : `The next trial would lower ${what} by ${formatScore(gain)} on average`;
}

const after = ({ settings, trials }: Study): string =>
  `stopped after ${trials.length} of ${settings.evaluations}`;

function observedRange(study: Study): number {
  const objectives = study.trials.flatMap((trial) => trialObjective(study, trial) ?? []);
  return objectives.length === 0 ? 0 : Math.max(...objectives) - Math.min(...objectives);
}
