import { nextStep } from '../../../src/search/nextStep';
import { makeSpace, type Dimension, type Point, type Space } from '../../../src/search/space';
import { applyStudyEvent, newStudy, type Study } from '../../../src/search/study';
import { settingsSchema, type StudyEvent, type StudySettings } from '../../../src/search/studyEvents';

/** Studies for tests: real ones, told of by a function of the point. */
export const at = '2026-01-01T00:00:00.000Z';

export const ranks = (candidates: readonly number[], name = 'rank'): Dimension => ({
  ...{ name, scale: 'log2', candidates: [...candidates] },
});

export const doublings = (count: number): number[] => Array.from({ length: count }, (_, n) => 2 ** (n + 1));

/** A thousand parameters a unit of the product of all numbers. */
export const cost = (point: Point): number => 1000 * Object.values(point).reduce((a, b) => a * b, 1);

export const oneRank = (count = 6): Space => makeSpace([ranks(doublings(count))], cost);

type Wanted = Partial<StudySettings> & { readonly space?: Space };

export const settingsOf = (wanted: Wanted = {}): StudySettings =>
  settingsSchema.parse({
    ...{
      name: 'spam',
      space: oneRank(),
      proposer: 'gaussian',
      seed: 1,
      batch: 1,
      evaluations: 10,
      seeds: [1],
    },
    objective: { metric: 'accuracy', direction: 'maximize', sizeWeight: 0 },
    ...wanted,
  });

export const apply = (study: Study, ...events: readonly StudyEvent[]): Study =>
  events.reduce(applyStudyEvent, study);

/** A finished trial for each pair of point and value. */
export const studyWith = (settings: StudySettings, told: readonly (readonly [Point, number])[]): Study =>
  told.reduce(
    (study, [point, value], trial) =>
      apply(
        study,
        { at, type: 'proposed', proposals: [{ point }] },
        ...settings.seeds.map((seed): StudyEvent => ({ at, type: 'told', trial, seed, value })),
      ),
    newStudy(settings),
  );

export type Measure = (point: Point, seed: number) => number;

/** What one trial tells when it is trained to its end. */
export const trialEvents = (study: Study, trial: number, measure: Measure): StudyEvent[] => [
  { at, type: 'running', trial },
  ...study.settings.seeds.flatMap((seed): StudyEvent[] => {
    const value = measure(study.trials[trial]!.point, seed);
    return [
      { at, type: 'measured', trial, seed, step: 10, value: value / 2 },
      { at, type: 'told', trial, seed, value },
    ];
  }),
];

/**
 * Runs a study to its end.
 *
 * @param woven puts the trials' events of a batch into one sequence: how they come in where several run at once
 */
export function runStudy(
  begun: Study,
  measure: Measure,
  woven: (trials: readonly (readonly StudyEvent[])[]) => readonly StudyEvent[] = (trials) => trials.flat(),
): { study: Study; events: StudyEvent[] } {
  let study = begun;
  const events: StudyEvent[] = [];
  const record = (event: StudyEvent): void => {
    study = applyStudyEvent(study, event);
    events.push(event);
  };
  for (;;) {
    const step = nextStep(study);
    if (step.type === 'stop') {
      if (study.stopped === undefined) record({ at, type: 'stopped', ...step.stop });
      return { study, events };
    }
    if (step.type === 'propose') record({ at, type: 'proposed', proposals: [...step.proposals] });
    const open = study.trials.filter(({ state }) => state === 'proposed' || state === 'running');
    const current = study;
    woven(open.map(({ number }) => trialEvents(current, number, measure))).forEach(record);
  }
}

export const bestValue = (study: Study): number =>
  Math.max(...study.trials.flatMap(({ values }) => values.map(({ value }) => value)));
