import type { AskedTrial } from '../files/searchRequests';
import { formatScore } from '../shared/format';
import { trialObjective } from './objective';
import { proposers } from './proposers';
import { isByHand, isFinished, type Study } from './study';
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
 *
 * Trials by hand come first, whatever the study would do, and on top of the evaluations: those are what the search may spend
 * by itself, so that a trial by hand takes none of them and is the same one asked for early, late or after the end. It is data
 * like any other, so that a study which had stopped may find that there is something to gain again.
 *
 * @param asked what is asked for and can be tried (`refusalOf`)
 */
export function nextStep(study: Study, asked: readonly AskedTrial[] = []): NextStep {
  const { settings, trials, stopped } = study;
  const { batch } = settings;
  if (asked.length > 0 && trials.every(isFinished))
    return { type: 'propose', proposals: asked.slice(0, batch) };
  if (stopped !== undefined) return { type: 'stop', stop: stopped };
  if (!trials.every(isFinished)) return { type: 'wait' };
  const left = trialsLeft(study);
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

/** Trials at most, with those by hand. */
export const mostTrials = (study: Study): number =>
  Math.min(study.settings.evaluations + study.trials.filter(isByHand).length, study.candidates.length);

/** How many more the study may propose by itself; none where it is 0 or less. */
export const trialsLeft = (study: Study): number =>
  Math.min(study.settings.evaluations - ownTrials(study), study.candidates.length - study.trials.length);

/** How many trials the study's own proposer has had. */
const ownTrials = ({ trials }: Study): number => trials.filter((trial) => !isByHand(trial)).length;

function spent(study: Study): Stop {
  const { settings, candidates } = study;
  return ownTrials(study) < settings.evaluations
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

function after(study: Study): string {
  const own = ownTrials(study);
  const byHand = study.trials.length - own;
  const more = byHand === 0 ? '' : ` and ${byHand} by hand`;
  return `stopped after ${own} of ${study.settings.evaluations}${more}`;
}

function observedRange(study: Study): number {
  const objectives = study.trials.flatMap((trial) => trialObjective(study, trial) ?? []);
  return objectives.length === 0 ? 0 : Math.max(...objectives) - Math.min(...objectives);
}
