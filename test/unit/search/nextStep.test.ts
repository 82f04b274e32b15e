import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bestTrial } from '../../../src/search/bestTrials';
import { fullGridWarning, nextStep } from '../../../src/search/nextStep';
import type { Point } from '../../../src/search/space';
import { newStudy } from '../../../src/search/study';
import { proposerNames, type StudyEvent } from '../../../src/search/studyEvents';
import { mulberry32 } from '../../../src/shared/random';
import { apply, at, oneRank, runStudy, settingsOf, studyWith } from './studies';

const measure = (point: Point, seed: number): number =>
  0.8 - 0.01 * (Math.log2(point['rank']!) - 3.7) ** 2 + 0.001 * Math.sin(seed + point['rank']!);

/** Events of trials that run at once, each trial's in its order. */
function weave(seed: number): (trials: readonly (readonly StudyEvent[])[]) => StudyEvent[] {
  const random = mulberry32(seed);
  return (trials) => {
    const queues = trials.map((events) => [...events]);
    const woven: StudyEvent[] = [];
    while (queues.some((queue) => queue.length > 0)) {
      const open = queues.filter((queue) => queue.length > 0);
      woven.push(open[Math.floor(random() * open.length)]!.shift()!);
    }
    return woven;
  };
}

describe('the next step of a search', () => {
  for (const proposer of proposerNames) {
    it(`with ${proposer} is the same for one worker and for four that tell in any order`, () => {
      const settings = settingsOf({
        ...{ proposer, batch: 4, evaluations: 11, startup: 4, seeds: [1, 2] },
        space: oneRank(16),
      });
      const alone = runStudy(newStudy(settings), measure).study;
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          assert.deepEqual(runStudy(newStudy(settings), measure, weave(seed)).study, alone);
        }),
        { seed: 5, numRuns: 6 },
      );
      assert.ok(alone.trials.length > 4);
    });

    it(`with ${proposer} is the same for a study that was taken up again at any event`, () => {
      const settings = settingsOf({ proposer, batch: 2, evaluations: 7, startup: 3, space: oneRank(12) });
      const { study, events } = runStudy(newStudy(settings), measure, weave(9));
      fc.assert(
        fc.property(fc.nat({ max: events.length }), (length) => {
          const taken = apply(newStudy(settings), ...events.slice(0, length));
          assert.deepEqual(runStudy(taken, measure).study, study);
        }),
        { seed: 6, numRuns: 20 },
      );
    });
  }

  it('waits until every trial of the batch is told', () => {
    const settings = settingsOf({ batch: 2 });
    const begun = newStudy(settings);
    const step = nextStep(begun);
    assert.ok(step.type === 'propose' && step.proposals.length === 2);
    const proposed = apply(begun, { at, type: 'proposed', proposals: [...step.proposals] });
    const half = apply(proposed, { at, type: 'told', trial: 1, seed: 1, value: 0.5 });
    assert.deepEqual([nextStep(proposed).type, nextStep(half).type], ['wait', 'wait']);
    assert.equal(nextStep(apply(half, { at, type: 'failed', trial: 0, reason: 'x' })).type, 'propose');
  });

  it('never goes beyond the evaluations, not even to fill a batch', () => {
    const settings = settingsOf({ batch: 4, evaluations: 6, space: oneRank(20), proposer: 'random' });
    const { study } = runStudy(newStudy(settings), measure);
    assert.equal(study.trials.length, 6);
    assert.deepEqual(study.stopped, { reason: 'evaluations', words: 'All 6 evaluations are spent.' });
  });

  it('says so where each candidate was tried', () => {
    const { study } = runStudy(newStudy(settingsOf({ proposer: 'grid', evaluations: 8 })), measure);
    assert.deepEqual(study.stopped, {
      reason: 'exhausted',
      words: 'Every one of the 6 candidates was tried; stopped after 6 of 8.',
    });
  });

  it('stops where too little is to be gained, and says how little', () => {
    const steep = (point: Point): number => 0.9 - 0.1 * Math.abs(Math.log2(point['rank']!) - 4);
    const settings = settingsOf({ space: oneRank(9), evaluations: 8 });
    const { study } = runStudy(newStudy(settings), steep);
    assert.equal(study.stopped?.reason, 'gain');
    const words = study.stopped?.words ?? '';
    const said = /^The next trial would gain (\S+) accuracy on average; stopped after (\d) of 8\.$/.exec(
      words,
    );
    assert.ok(said, words);
    assert.ok(Number(said[1]) < 1e-4 * 0.5);
    assert.equal(Number(said[2]), study.trials.length);
    assert.equal(bestTrial(study)?.point['rank'], 16);
    assert.deepEqual(nextStep(study), { type: 'stop', stop: study.stopped });
  });

  it('speaks of losses as one does', () => {
    const objective = { metric: 'loss', direction: 'minimize' as const, sizeWeight: 0.001 };
    const settings = settingsOf({ space: oneRank(9), evaluations: 8, objective });
    const steep = (point: Point): number => 0.1 + 0.1 * Math.abs(Math.log2(point['rank']!) - 4);
    const { study } = runStudy(newStudy(settings), steep);
    assert.match(
      study.stopped!.words,
      /^The next trial would lower loss net of size by \S+ on average; stopped/,
    );
  });

  it('warns of a full grid', () => {
    assert.equal(
      fullGridWarning(newStudy(settingsOf({ evaluations: 8 }))),
      'This is a full grid: 8 evaluations for 6 candidates, so that every one is tried.',
    );
    assert.ok(fullGridWarning(newStudy(settingsOf({ evaluations: 6 }))));
    assert.equal(fullGridWarning(newStudy(settingsOf({ evaluations: 5 }))), undefined);
  });

  it('does not stop on equal results', () => {
    const told = [2, 8, 64].map((rank) => [{ rank }, 0.5] as const);
    assert.equal(nextStep(studyWith(settingsOf(), told)).type, 'propose');
  });
});
