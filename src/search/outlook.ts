import type { SearchRequests } from '../files/searchRequests';
import type { OutlookPoint, OutlookTrial, SearchOutlook } from '../shared/searchOutlook';
import { listWords } from '../shared/format';
import { pointWords } from '../shared/searchWords';
import { bestTrial, paretoFront } from './bestTrials';
import { refusalOf } from './byHand';
import { nextStep, trialsLeft } from './nextStep';
import { objectiveOf, trialObjective } from './objective';
import { curvesOf } from './outlookCurves';
import { largest } from './proposers/largest';
import { untried } from './proposers/untried';
import { candidatesOf, pointKey, unaffordable, type Candidate } from './space';
import { isFinished, type SearchTrial, type Study } from './study';
import { shownSurrogate, type Surrogate } from './surrogate';
import { gainWords, nextWords, whyProposed, whyTrial } from './whyWords';

/**
 * What a study knows, what its model expects of every candidate, and why it tries what it tries. Pure: it follows from the
 * study's journal and from what is asked of it.
 *
 * @param whys why each trial was tried (`whyTrial`), for who keeps them: they take a fit each and never change
 */
export function outlookOf(
  study: Study,
  requests: SearchRequests,
  whys: readonly (readonly string[])[] = study.trials.map((trial) => whyTrial(study, trial)),
): SearchOutlook {
  const { settings, trials } = study;
  const { space, objective } = settings;
  const model = shownSurrogate(study);
  const { metric, direction, sizeWeight } = objective;
  return {
    ...{ metric, direction, isNetOfSize: sizeWeight > 0 },
    dimensions: space.dimensions,
    points: pointsOf(study, requests, model),
    curves: model === undefined ? [] : curvesOf(space, model),
    curveWords: curveWords(study, model),
    trials: trials.map((trial) => trialOf(study, trial, whys[trial.number] ?? [])),
    bestSoFar: bestSoFar(study),
    front: paretoFront(study).map(({ number }) => number),
    next: nextSentences(study, requests, model),
    requests: { paused: requests.paused, waiting: requests.waiting.map(({ point }) => point) },
  };
}

function pointsOf(study: Study, { waiting }: SearchRequests, model: Surrogate | undefined): OutlookPoint[] {
  const { candidates, settings, trials } = study;
  const { dimensions, costs } = settings.space;
  const keyOf = ({ point }: { point: SearchTrial['point'] }): string => pointKey(dimensions, point);
  const numbers = new Map(trials.map((trial) => [keyOf(trial), trial.number]));
  const asked = new Set(waiting.map(keyOf));
  const open = candidates.filter(({ key }) => !numbers.has(key));
  const gains = open.length === 0 ? [] : (model?.gains(open, underWay(study)) ?? []);
  const gainOf = new Map(open.map(({ key }, index) => [key, gains[index]]));
  const kept = new Set(candidates.map(({ key }) => key));
  return candidatesOf({ dimensions, costs }).map(({ point, key, coordinates, cost }) => {
    const keepsBudget = kept.has(key);
    return {
      ...{ point, keepsBudget, trial: numbers.get(key), isAsked: asked.has(key) },
      parameters: cost < unaffordable ? cost : undefined,
      expected:
        model === undefined || !keepsBudget
          ? undefined
          : { ...model.predict(coordinates), gain: gainOf.get(key) },
    };
  });
}

/** Candidates of trials that have not ended. */
function underWay({ settings, candidates, trials }: Study): Candidate[] {
  const keys = trials
    .filter((trial) => !isFinished(trial))
    .map(({ point }) => pointKey(settings.space.dimensions, point));
  return candidates.filter(({ key }) => keys.includes(key));
}

function trialOf(study: Study, trial: SearchTrial, why: readonly string[]): OutlookTrial {
  const { settings } = study;
  const values = trial.values.map(({ value }) => objectiveOf(settings, value, trial.cost));
  return {
    objective: trialObjective(study, trial),
    spread: values.length > 1 ? [Math.min(...values), Math.max(...values)] : undefined,
    why,
  };
}

function bestSoFar(study: Study): SearchOutlook['bestSoFar'] {
  return study.trials.flatMap(({ number, state }) => {
    if (state !== 'done') return [];
    const until = { ...study, trials: study.trials.slice(0, number + 1) };
    const best = bestTrial(until);
    const value = best && trialObjective(study, best);
    return value === undefined ? [] : [{ trial: number, value }];
  });
}

function curveWords(study: Study, model: Surrogate | undefined): string[] {
  if (model === undefined) return ['There is no model before two trials have values that differ.'];
  const { settings } = study;
  const { proposer } = settings;
  const { lengths, noise } = model.process.hyperparameters;
  const reach = settings.space.dimensions.flatMap(({ name, scale, candidates }, index) => {
    if (candidates.length < 2) return [];
    const length = lengths[index] ?? 0;
    const words = name.replaceAll('_', ' ');
    if (scale === 'log2') return `${length.toFixed(1)} doublings of ${words}`;
    const range = (candidates.at(-1) ?? 0) - (candidates[0] ?? 0);
    return `${(100 * length * range).toFixed(0)} % of ${words}`;
  });
  const spread = Math.sqrt(noise) * model.process.scale;
  return [
    proposer === 'gaussian'
      ? 'The line is the Gaussian process that the search proposes by, the band one standard deviation of it.'
      : `The line is a Gaussian process fitted to the same trials, the band one standard deviation of it; the proposer ${proposer} does not look at it.`,
    `It takes ${reach.length === 0 ? '' : `points for related that lie within about ${listWords(reach)}, and `}a trial's noise for ${gainWords(settings, spread)}.`,
  ];
}

/** What the search does next, as far as it can be known. */
function nextSentences(study: Study, requests: SearchRequests, model: Surrogate | undefined): string[] {
  const { settings, candidates, trials } = study;
  const asked = requests.waiting.filter(({ point }) => refusalOf(study, point) === undefined);
  if (asked[0] !== undefined) return [nextWords(asked[0].point), 'Asked for by hand.'];
  const open = trials.filter((trial) => !isFinished(trial));
  if (open.length === 0) {
    const step = nextStep(study);
    const proposal = step.type === 'propose' ? step.proposals[0] : undefined;
    if (study.stopped !== undefined || step.type === 'wait') return [];
    if (step.type === 'stop') return [`Nothing comes next. ${step.stop.words}`];
    const key = proposal && pointKey(settings.space.dimensions, proposal.point);
    const candidate = candidates.find((one) => one.key === key);
    if (proposal === undefined || candidate === undefined) return [];
    return [nextWords(candidate.point), ...whyProposed(study, [], candidate, proposal.why)];
  }
  const last = `trial ${(open.at(-1)?.number ?? 0) + 1}`;
  if (trialsLeft(study) <= 0) return [`Nothing comes next: ${last} is the last one.`];
  if (settings.proposer !== 'gaussian' || model === undefined)
    return [`What comes next is decided when ${last} has its value.`];
  const rest = untried(study, []);
  const gains = model.gains(rest, underWay(study));
  const most = largest(rest, (_, index) => gains[index] ?? 0);
  if (most === undefined) return [];
  const gain = gainWords(settings, gains[rest.indexOf(most)] ?? 0);
  return [
    `What comes next is decided when ${last} has its value. As things stand, ${pointWords(most.point)} has the most to gain: ${gain} on average.`,
  ];
}
