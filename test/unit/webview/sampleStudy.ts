import { outlookOf } from '../../../src/search/outlook';
import { bestTrial } from '../../../src/search/bestTrials';
import { mostTrials, nextStep } from '../../../src/search/nextStep';
import { trialValue } from '../../../src/search/objective';
import { makeSpace, type Dimension, type Point } from '../../../src/search/space';
import { isByHand, newStudy, type SearchTrial, type Study } from '../../../src/search/study';
import type { StudyEvent, StudySettings } from '../../../src/search/studyEvents';
import type { RunEvent, UnstampedRunEvent } from '../../../src/shared/runEvents';
import type { SearchOutlook } from '../../../src/shared/searchOutlook';
import { apply, doublings, ranks, settingsOf } from '../search/studies';

const layers: Dimension = { name: 'layers', scale: 'linear', candidates: [0.25, 0.5, 1] };
const at = '2025-03-04T09:13:30.000Z';

/** A search of accuracies over rank and share of layers, as a real study comes to it; rank 64 of all layers is too dear. */
export const sampleSettings: StudySettings = settingsOf({
  space: makeSpace(
    [ranks(doublings(6)), layers],
    ({ rank = 1, layers: share = 1 }) => 22_400 * rank * share,
    1e6,
  ),
  ...{ evaluations: 8, rungs: { firstStep: 30, factor: 3 } },
});

/** A hill with its top at rank 16 and half of the layers, a little rough. */
export const accuracyAt = ({ rank = 1, layers: share = 1 }: Point): number =>
  0.915 -
  0.006 * (Math.log2(rank) - 3.9) ** 2 -
  0.06 * (share - 0.6) ** 2 +
  0.002 * Math.sin(5 * rank + 9 * share);

interface Sample {
  readonly settings?: StudySettings;
  readonly measure?: (point: Point, seed: number) => number;
  /** Trials that have an outcome; the next one runs. */
  readonly ended: number;
  readonly running?: boolean;
  /** Asked for by hand once so many trials were told. */
  readonly byHand?: Readonly<Record<number, Point>>;
  /** Trials that do not come to their end. */
  readonly pruned?: readonly number[];
  readonly failed?: readonly number[];
}

/** A study as far as it has come. */
export function sampleStudy(sample: Sample): Study {
  const { settings = sampleSettings, measure = accuracyAt, ended, running = true, byHand = {} } = sample;
  let study = newStudy(settings);
  const record = (event: StudyEvent): void => void (study = apply(study, event));
  for (let trial = 0; trial < ended + (running ? 1 : 0); trial++) {
    const point = byHand[trial];
    const step = nextStep(study, point === undefined ? [] : [{ request: trial, point }]);
    if (step.type !== 'propose') break;
    record({ at, type: 'proposed', proposals: [...step.proposals] });
    record({ at, type: 'running', trial });
    const there = study.trials[trial]!.point;
    if (trial === ended) break;
    if (sample.failed?.includes(trial) === true) {
      record({
        at,
        type: 'failed',
        trial,
        reason: 'The training went wrong at step 12: the loss is no number.',
      });
    } else if (sample.pruned?.includes(trial) === true) {
      record({ at, type: 'measured', trial, seed: settings.seeds[0]!, step: 30, value: measure(there, 1) });
      record({ at, type: 'pruned', trial });
    } else
      for (const seed of settings.seeds)
        record({ at, type: 'told', trial, seed, value: measure(there, seed) });
  }
  return study;
}

/** The events by which a run tells of a study. */
export function eventsOfStudy(study: Study): RunEvent[] {
  const most = mostTrials(study);
  const told = (trial: SearchTrial, index: number): UnstampedRunEvent[] => {
    const { number, point, state, cost: parameters, why, reason } = trial;
    const until = { ...study, trials: study.trials.slice(0, index + 1) };
    const value = trialValue(study, trial);
    const best = bestTrial(until);
    return [
      {
        type: 'searched',
        trial: {
          ...{ number, point, state, parameters, metric: study.settings.objective.metric },
          ...(value === undefined ? {} : { value }),
          ...(why === undefined ? {} : { why }),
          ...(reason === undefined ? {} : { reason }),
          ...(isByHand(trial) ? { byHand: true as const } : {}),
        },
        ...(best === undefined ? {} : { best: best.number }),
      },
    ];
  };
  const events: UnstampedRunEvent[] = [
    { type: 'stage', stage: 'search' },
    { type: 'search-begun', trials: most, finished: 0 },
    { type: 'stage', stage: 'train' },
    ...study.trials.flatMap(told),
    {
      type: 'progress',
      share: Math.min(1, (study.trials.length - 0.6) / most),
      step: `trial ${study.trials.length} of ${most}, step 24 of 60`,
    },
  ];
  return events.map((event) => ({ at, ...event }) as RunEvent);
}

export const sampleOutlook = (
  study: Study,
  requests: Partial<SearchOutlook['requests']> = {},
): SearchOutlook =>
  outlookOf(study, {
    paused: requests.paused ?? false,
    waiting: (requests.waiting ?? []).map((point, request) => ({ request: 100 + request, point })),
    refusals: [],
  });
