import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AskedTrial } from '../../../src/files/searchRequests';
import { asWritten, refusalOf } from '../../../src/search/byHand';
import { trialGoesOn } from '../../../src/search/halving';
import { mostTrials, nextStep } from '../../../src/search/nextStep';
import { readOptuna } from '../../../src/search/optuna/readOptuna';
import { writeOptuna } from '../../../src/search/optuna/writeOptuna';
import { makeSpace, unaffordable, type Point } from '../../../src/search/space';
import { applyStudyEvent, isByHand, newStudy, type Study } from '../../../src/search/study';
import { proposerNames, type StudyEvent } from '../../../src/search/studyEvents';
import { apply, at, cost, oneRank, ranks, settingsOf, studyWith, trialEvents } from './studies';

const measure = (point: Point): number => 0.8 - 0.01 * (Math.log2(point['rank']!) - 3.7) ** 2;

/** Trials asked for by hand, each once so many trials were told. */
type Asked = readonly { readonly after: number; readonly rank: number }[];

/** Runs a study to its end while somebody asks for trials; what was asked for after the end makes it go on. */
function runAsked(begun: Study, asked: Asked): { study: Study; events: StudyEvent[] } {
  let study = begun;
  const events: StudyEvent[] = [];
  const record = (event: StudyEvent): void => {
    study = applyStudyEvent(study, event);
    events.push(event);
  };
  for (;;) {
    const late = study.stopped !== undefined;
    const waiting: AskedTrial[] = [];
    asked.forEach(({ after, rank }, request) => {
      const point = { rank };
      const known = study.trials.some((trial) => trial.request === request);
      if (!known && (late || after <= study.trials.length) && !refusalOf(study, point, waiting))
        waiting.push({ request, point });
    });
    const step = nextStep(study, waiting);
    if (step.type === 'stop') {
      if (study.stopped !== undefined) return { study, events };
      record({ at, type: 'stopped', ...step.stop });
    }
    if (step.type === 'propose') record({ at, type: 'proposed', proposals: [...step.proposals] });
    for (const trial of study.trials.filter(({ state }) => state !== 'done'))
      trialEvents(study, trial.number, measure).forEach(record);
  }
}

describe('a trial by hand', () => {
  it('of a point that no plan fits is refused in words that name no limit of parameters', () => {
    // The largest plan stands for a budget that has no limit of parameters.
    const space = makeSpace([ranks([2, 4, 8])], ({ rank = 1 }) => (rank > 4 ? unaffordable : cost({ rank })));
    const { message, next } = refusalOf(newStudy(settingsOf({ space: { ...space, costLimit: 4000 } })), {
      rank: 8,
    })!;
    assert.equal(message, 'No plan of rank 8 keeps the budget.');
    assert.equal(next, 'Choose a smaller rank.');
  });

  const hand = (request: number, rank: number): StudyEvent => ({
    ...{ at, type: 'proposed', proposals: [{ point: { rank }, request }] },
  });

  it('comes before what the search would try, and takes none of its evaluations', () => {
    const settings = settingsOf({ evaluations: 3 });
    const told = [2, 64, 8].map((rank) => [{ rank }, 0.5 + rank / 100] as const);
    const spent = studyWith(settings, told);
    assert.equal(nextStep(spent).type, 'stop');
    const asked = [{ request: 4, point: { rank: 16 } }];
    assert.deepEqual(nextStep(spent, asked), { type: 'propose', proposals: asked });
    const early = apply(newStudy(settings), hand(0, 16), { at, type: 'told', trial: 0, seed: 1, value: 0.9 });
    assert.equal(mostTrials(early), 4);
    const { study } = runAsked(early, []);
    assert.equal(study.trials.filter((trial) => !isByHand(trial)).length, 3);
    assert.equal(study.stopped?.words, 'All 3 evaluations are spent.');
  });

  it('goes on behind the end of a study, which then ends anew', () => {
    const settings = settingsOf({ evaluations: 3, proposer: 'random' });
    const { study: ended } = runAsked(newStudy(settings), []);
    assert.ok(ended.stopped !== undefined);
    const free = [2, 4, 8, 16, 32, 64].find((rank) => refusalOf(ended, { rank }) === undefined)!;
    const { study } = runAsked(ended, [{ after: 0, rank: free }]);
    assert.equal(study.trials.length, 4);
    assert.deepEqual(study.trials[3]!.point, { rank: free });
    assert.equal(study.stopped?.reason, 'evaluations');
  });

  it('is counted in the words of an end', () => {
    const steep = (point: Point): number => 0.9 - 0.1 * Math.abs(Math.log2(point['rank']!) - 4);
    let study = apply(newStudy(settingsOf({ space: oneRank(9), evaluations: 8 })), hand(0, 4));
    study = apply(study, ...trialEvents(study, 0, steep));
    for (;;) {
      const step = nextStep(study);
      if (step.type !== 'propose') break;
      study = apply(study, { at, type: 'proposed', proposals: [...step.proposals] });
      study = apply(study, ...trialEvents(study, study.trials.length - 1, steep));
    }
    const step = nextStep(study);
    assert.ok(step.type === 'stop' && step.stop.reason === 'gain');
    assert.match(
      step.stop.words,
      new RegExp(`stopped after ${study.trials.length - 1} of 8 and 1 by hand\\.$`),
    );
  });

  const asked = fc.array(
    fc.record({ after: fc.nat({ max: 9 }), rank: fc.constantFrom(2, 4, 8, 16, 32, 64, 128, 256) }),
    { maxLength: 4 },
  );
  for (const proposer of proposerNames) {
    it(`with ${proposer} gives the same study from any part of its journal, and no point twice`, () => {
      fc.assert(
        fc.property(asked, fc.constantFrom(1, 3), fc.nat({ max: 99 }), (wanted, batch, cut) => {
          const settings = settingsOf({ proposer, batch, evaluations: 4, startup: 2, space: oneRank(8) });
          const { study, events } = runAsked(newStudy(settings), wanted);
          const keys = study.trials.map(({ point }) => point['rank']);
          assert.equal(new Set(keys).size, keys.length);
          assert.ok(study.trials.filter((trial) => !isByHand(trial)).length <= 4);
          const taken = apply(newStudy(settings), ...events.slice(0, cut % (events.length + 1)));
          // Those under way tell the rest first, as a search that goes on does.
          const open = taken.trials.flatMap(({ number }) => trialEvents(taken, number, measure).slice(1));
          const over = new Set(
            taken.trials.filter(({ state }) => state === 'done').map(({ number }) => number),
          );
          const whole = apply(taken, ...open.filter((event) => !('trial' in event && over.has(event.trial))));
          const again = runAsked(whole, wanted).study;
          const plain = ({ trials, stopped }: Study) => ({
            stopped,
            trials: trials.map(({ startedAt: _, ...trial }) => trial),
          });
          assert.deepEqual(plain(again), plain(study));
        }),
        { seed: 4, numRuns: 25 },
      );
    });
  }

  it('is no reason to leave an end of the space out', () => {
    const middle = [8, 16, 32].map((rank, request) => ({ after: 0, rank, request }));
    const { study } = runAsked(newStudy(settingsOf({ evaluations: 3, space: oneRank(8) })), middle);
    const own = study.trials.filter((trial) => !isByHand(trial)).map(({ point }) => point['rank']);
    assert.ok(own.includes(2) && own.includes(256), String(own));
    // What was asked for by hand stands for a first point that it is.
    const ends = [2, 256].map((rank) => ({ after: 0, rank }));
    const { study: other } = runAsked(newStudy(settingsOf({ evaluations: 2, space: oneRank(8) })), ends);
    assert.ok(other.trials[2]!.why === undefined && other.trials[3]!.why !== undefined);
  });

  it('is never ended early, is compared with like others, and shifts no batch', () => {
    const rungs = { firstStep: 10, factor: 2 };
    const settings = settingsOf({ batch: 2, rungs, space: oneRank(9) });
    const measured = (trial: number, value: number): StudyEvent => ({
      ...{ at, type: 'measured', trial, seed: 1, step: 10, value },
    });
    const study = apply(
      newStudy(settings),
      hand(0, 2),
      measured(0, 0.9),
      { at, type: 'told', trial: 0, seed: 1, value: 0.9 },
      { at, type: 'proposed', proposals: [{ point: { rank: 4 } }, { point: { rank: 8 } }] },
      measured(1, 0.8),
      measured(2, 0.1),
    );
    assert.deepEqual(
      study.trials.map(({ before }) => before),
      [0, 1, 1],
    );
    // Trial 1 is of the same batch as trial 2, whatever their numbers; trial 0 is not.
    assert.ok(!trialGoesOn(study, 1) && !trialGoesOn(study, 2));
    const later = apply(
      study,
      { at, type: 'pruned', trial: 1 },
      { at, type: 'pruned', trial: 2 },
      hand(1, 16),
      measured(3, 0.05),
    );
    assert.ok(trialGoesOn(later, 3));
    assert.deepEqual(readOptuna(writeOptuna(later), 'study.log', settings), later.trials);
  });
});

describe('what cannot be tried by hand', () => {
  const layers = { name: 'layers', scale: 'linear' as const, candidates: [1 / 3, 1] };
  const space = makeSpace([ranks([2, 4, 8]), layers], cost, 7000);
  const study = studyWith(settingsOf({ space }), [[{ rank: 2, layers: 1 }, 0.5]]);
  const saying = (point: Point, waiting: readonly AskedTrial[] = []) => {
    const refusal = refusalOf(study, point, waiting);
    return refusal && `${refusal.code}: ${refusal.message} ${refusal.next}`;
  };

  it('is said with what can be', () => {
    assert.equal(saying({ rank: 4, layers: 1 }), undefined);
    assert.equal(
      saying({ rank: 3, layers: 1 }),
      'option-invalid: Rank 3 is no candidate of the search. Choose one of 2, 4, 8.',
    );
    assert.equal(
      saying({ rank: 4 }),
      'option-invalid: The trial asked for has no layers. Choose one of 33.3 %, 100 %.',
    );
    assert.equal(
      saying({ rank: 4, layers: 1, alpha: 2 }),
      'option-invalid: The search has no dimension "alpha". Give rank and layers alone.',
    );
    assert.equal(
      saying({ layers: 1, rank: 8 }),
      'option-invalid: Rank 8, 100 % of layers takes 8,000 parameters, and the budget allows 7,000. Choose a smaller rank or fewer layers.',
    );
    assert.equal(
      saying({ rank: 2, layers: 1 }),
      'option-invalid: Rank 2, 100 % of layers is trial 1 of the search already. Choose another point.',
    );
    const point = { rank: 4, layers: 1 };
    assert.match(saying(point, [{ request: 0, point }])!, /was asked for already/);
  });

  it('is not a share that is written as people read it', () => {
    const written = asWritten(space.dimensions, { rank: 4, layers: 0.333 });
    assert.deepEqual(written, { rank: 4, layers: 1 / 3 });
    assert.deepEqual(asWritten(space.dimensions, { rank: 3, heads: 2 }), { rank: 3, heads: 2 });
  });
});
