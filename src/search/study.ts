import { LabError } from '../shared/errors';
import { candidatesOf, pointKey, type Candidate, type Point } from './space';
import type { Expectation, Proposal, Stop, StudyEvent, StudySettings } from './studyEvents';

/** `proposed`, then `running`, then one of the others. */
export type SearchTrialState = 'proposed' | 'running' | 'done' | 'pruned' | 'failed';

export interface CurvePoint {
  readonly seed: number;
  readonly step: number;
  /** NaN where the measure was not finite. */
  readonly value: number;
}

/** One point of the space, trained with each of the study's seeds. */
export interface SearchTrial {
  /** From 0, in the order of proposal. */
  readonly number: number;
  readonly point: Point;
  /** Trainable parameters. */
  readonly cost: number;
  readonly state: SearchTrialState;
  /** In the order of the study's seeds. */
  readonly values: readonly { readonly seed: number; readonly value: number }[];
  /** By seed, then by step. */
  readonly curve: readonly CurvePoint[];
  readonly why?: Expectation | undefined;
  /** How many trials were told when it was proposed: those of the batches before its own. */
  readonly before: number;
  /** What asked for it, where that was done by hand (`Proposal`). */
  readonly request?: number | undefined;
  /** Why it failed. */
  readonly reason?: string | undefined;
  readonly startedAt?: string | undefined;
  readonly finishedAt?: string | undefined;
}

/**
 * What replaying a study's journal gives. Times aside, it is the same whatever the order in which trials that ran at
 * once told of themselves.
 */
export interface Study {
  readonly settings: StudySettings;
  readonly candidates: readonly Candidate[];
  readonly trials: readonly SearchTrial[];
  readonly stopped?: Stop | undefined;
}

export const isFinished = ({ state }: SearchTrial): boolean =>
  state === 'done' || state === 'pruned' || state === 'failed';

/** Asked for by somebody, and not by the study's proposer. */
export const isByHand = ({ request }: SearchTrial): boolean => request !== undefined;

export const newStudy = (settings: StudySettings): Study => ({
  settings,
  candidates: candidatesOf(settings.space),
  trials: [],
});

/**
 * @throws LabError `journal-invalid` where there is no first line with the settings, or a line cannot follow those
 * before it
 */
export function replayStudy(events: readonly StudyEvent[]): Study {
  const [first, ...rest] = events;
  if (first?.type !== 'study') throw impossible('does not begin with the settings of a study');
  return rest.reduce(applyStudyEvent, newStudy(first.settings));
}

/** The study after one more event. @throws LabError `journal-invalid` where the event cannot happen now */
export function applyStudyEvent(study: Study, event: StudyEvent): Study {
  switch (event.type) {
    case 'study':
      throw impossible('has two lines with settings');
    case 'stopped':
      return { ...study, stopped: { reason: event.reason, words: event.words } };
    case 'proposed': {
      if (!study.trials.every(isFinished)) throw impossible('proposes a batch before the last one is told');
      const added = event.proposals.map((proposal, index) => trialOf(study, index, proposal));
      // A study that had ended goes on where a trial is asked for by hand.
      const { settings, candidates, trials } = study;
      return { settings, candidates, trials: [...trials, ...added] };
    }
    default: {
      const trial = study.trials[event.trial];
      if (trial === undefined) throw impossible(`tells of trial ${event.trial}, which was never proposed`);
      if (isFinished(trial)) throw impossible(`tells of trial ${event.trial} after its end`);
      if ('seed' in event && !study.settings.seeds.includes(event.seed))
        throw impossible(`tells of seed ${event.seed}, which the study does not have`);
      const after = changed(trial, event, study.settings.seeds);
      return { ...study, trials: study.trials.with(event.trial, after) };
    }
  }
}

type TrialEvent = Extract<StudyEvent, { trial: number }>;

function changed(trial: SearchTrial, event: TrialEvent, seeds: readonly number[]): SearchTrial {
  const ended = { finishedAt: event.at };
  switch (event.type) {
    case 'running':
      return { ...trial, state: 'running', startedAt: event.at };
    case 'pruned':
      return { ...trial, state: 'pruned', ...ended };
    case 'failed':
      return { ...trial, state: 'failed', reason: event.reason, ...ended };
    case 'measured': {
      const { seed, step, value } = event;
      const others = trial.curve.filter((point) => point.seed !== seed || point.step !== step);
      const curve = [...others, { seed, step, value }];
      return { ...trial, curve: curve.sort((a, b) => bySeed(seeds)(a, b) || a.step - b.step) };
    }
    case 'told': {
      const { seed, value } = event;
      const others = trial.values.filter((told) => told.seed !== seed);
      const values = [...others, { seed, value }].sort(bySeed(seeds));
      return values.length < seeds.length
        ? { ...trial, values }
        : { ...trial, values, state: 'done', ...ended };
    }
  }
}

const bySeed =
  (seeds: readonly number[]) =>
  (a: { readonly seed: number }, b: { readonly seed: number }): number =>
    seeds.indexOf(a.seed) - seeds.indexOf(b.seed);

function trialOf(
  { settings, candidates, trials }: Study,
  index: number,
  { point, why, request }: Proposal,
): SearchTrial {
  const before = trials.length;
  const key = pointKey(settings.space.dimensions, point);
  const candidate = candidates.find((one) => one.key === key);
  if (candidate === undefined) throw impossible(`proposes ${key}, which is no candidate`);
  return {
    ...{ number: before + index, before, point: candidate.point, cost: candidate.cost },
    ...{ state: 'proposed', values: [], curve: [] },
    ...(why === undefined ? {} : { why }),
    ...(request === undefined ? {} : { request }),
  };
}

const impossible = (what: string): LabError =>
  new LabError(
    'journal-invalid',
    `The journal of the search ${what}.`,
    'Restore the file, or start a new search.',
  );
