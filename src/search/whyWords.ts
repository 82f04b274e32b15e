import { capital } from '../shared/format';
import { differenceWords, metricWords, objectiveWords, pointWords } from '../shared/searchWords';
import { bestTrial } from './bestTrials';
import { signOf, trialObjective } from './objective';
import { firstPointCount, firstPoints } from './proposers/firstPoints';
import { untried } from './proposers/untried';
import { pointKey, type Candidate } from './space';
import { isByHand, type SearchTrial, type Study } from './study';
import type { Expectation, StudySettings } from './studyEvents';
import { shownSurrogate, surrogateOf } from './surrogate';

/** How many of the other candidates are named. */
const namedOthers = 2;

/**
 * Why a trial is tried, in sentences: by the study as it was when the trial was proposed, so that they are the same whenever
 * they are read.
 */
export function whyTrial(study: Study, trial: SearchTrial): string[] {
  const { settings, candidates } = study;
  const then: Study = { settings, candidates, trials: study.trials.slice(0, trial.before) };
  const key = pointKey(settings.space.dimensions, trial.point);
  const candidate = candidates.find((one) => one.key === key);
  if (candidate === undefined) return [];
  const pending = study.trials
    .slice(trial.before, trial.number)
    .flatMap(
      ({ point }) => candidates.find((one) => one.key === pointKey(settings.space.dimensions, point)) ?? [],
    );
  if (isByHand(trial)) return ['Asked for by hand.', ...expectedWords(then, candidate)];
  return whyProposed(then, pending, candidate, trial.why);
}

/**
 * Why a study proposes a candidate.
 * @param then the study when it did
 * @param pending proposed before it in the same batch
 */
export function whyProposed(
  then: Study,
  pending: readonly Candidate[],
  candidate: Candidate,
  why: Expectation | undefined,
): string[] {
  const left = untried(then, pending).length;
  const { proposer, startup } = then.settings;
  switch (proposer) {
    case 'gaussian':
      return why === undefined ? [firstWords(then, candidate)] : modelWords(then, pending, candidate, why);
    case 'random':
      return [
        `Drawn by chance out of the ${left} candidates that were left: this proposer learns nothing from trials.`,
      ];
    case 'grid':
      return ['The next candidate in the order of the space: this proposer tries one after the other.'];
    case 'tpe':
      return then.trials.length + pending.length < startup
        ? [`Drawn by chance: TPE learns from the trials once there are ${startup}.`]
        : [
            'TPE drew points from where the best tenth of the trials lies, and took the one that is likeliest there against where the others lie.',
          ];
  }
}

/** What the model says of a candidate now, in one sentence; nothing before it has a value to go by. */
export function expectedWords(study: Study, { coordinates }: Candidate): string[] {
  const model = shownSurrogate(study);
  if (model === undefined) return [];
  const expected = model.predict(coordinates);
  return [`The model expects ${meanWords(study.settings, expected)} of it${againstBest(study, expected)}.`];
}

const objectiveTitle = ({ objective }: Pick<StudySettings, 'objective'>): string =>
  objectiveWords(objective.metric, objective.sizeWeight > 0);

/** A difference of objectives, for people. */
export const gainWords = ({ objective }: Pick<StudySettings, 'objective'>, gain: number): string =>
  differenceWords(objective.metric, gain);

function firstWords(then: Study, candidate: Candidate): string {
  const firsts = firstPointCount(then.settings.space.dimensions.length);
  const place = firstPoints(then, firsts).findIndex(({ key }) => key === candidate.key);
  const which =
    ['the smallest corner', 'the largest corner', 'the middle'][place] ?? 'the one farthest from the others';
  return place < 0
    ? 'No trial has a value yet for the model to go by: the candidate farthest from those that were tried.'
    : `One of the ${firsts} first points, which are spread over the space before the model is asked: ${which}.`;
}

function modelWords(
  then: Study,
  pending: readonly Candidate[],
  candidate: Candidate,
  why: Expectation,
): string[] {
  const { settings } = then;
  const open = untried(then, pending);
  const gains = surrogateOf(then)?.gains(open, pending) ?? [];
  const others = open
    .map((one, index) => ({ one, gain: gains[index] ?? 0 }))
    .filter(({ one }) => one.key !== candidate.key)
    .sort((a, b) => b.gain - a.gain)
    .slice(0, namedOthers);
  const best = bestTrial(then);
  const bestValue = best === undefined ? undefined : trialObjective(then, best);
  const isBetter = bestValue !== undefined && signOf(settings.objective) * (why.mean - bestValue) > 0;
  const verb = settings.objective.direction === 'maximize' ? 'gain' : 'lower it by';
  const after = others.map(({ one, gain }) => `${pointWords(one.point)} (${gainWords(settings, gain)})`);
  return [
    `The model expects ${meanWords(settings, why)} of it${againstBest(then, why)}.`,
    `On average a trial here would ${verb} ${gainWords(settings, why.expectedImprovement)}, the most of the ${open.length} candidates that were left${after.length === 0 ? '' : `; then come ${after.join(' and ')}`}.`,
    isBetter
      ? 'It is tried for what is expected of it.'
      : 'It is tried for what is not known there, rather than for what is expected.',
  ];
}

function againstBest(study: Study, { mean, deviation }: Pick<Expectation, 'mean' | 'deviation'>): string {
  const best = bestTrial(study);
  const value = best === undefined ? undefined : trialObjective(study, best);
  if (best === undefined || value === undefined) return '';
  const { metric } = study.settings.objective;
  const near = Math.abs(mean - value) <= deviation / 10;
  const than = near ? 'about as much as' : mean > value ? 'more than' : 'less than';
  return `, ${than} the best so far (${pointWords(best.point)}: ${metricWords(metric, value)})`;
}

const meanWords = (
  settings: StudySettings,
  { mean, deviation }: Pick<Expectation, 'mean' | 'deviation'>,
): string =>
  `${metricWords(settings.objective.metric, mean)} ± ${gainWords(settings, deviation)} ${objectiveTitle(settings)}`;

/** The first sentence of what comes next: "Rank 8, 25 % of layers comes next." */
export const nextWords = (point: Readonly<Record<string, number>>): string =>
  `${capital(pointWords(point))} comes next.`;
