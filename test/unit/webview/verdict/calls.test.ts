import assert from 'node:assert/strict';
import type { RunEvent } from '../../../../src/shared/runEvents';
import { isWorthKeeping } from '../../../../src/shared/verdictWords';
import { standingWords, verdictBadges } from '../../../../webview/model/verdict/calls';
import { begin, end, smallModel, stateOf } from '../sampleRuns';
import * as verdicts from '../sampleVerdict';

const begun = begin(smallModel, undefined, 'judge');
const stopped: RunEvent[] = end({ type: 'finished', state: 'cancelled' });

describe('what is said of a verdict in a word', () => {
  it('is what was called, of each control', () => {
    assert.deepEqual(verdictBadges(verdicts.betterVerdict()), ['Uniform: better']);
    assert.deepEqual(verdictBadges(verdicts.noVerdict()), ['Uniform: no difference']);
    assert.deepEqual(verdictBadges(verdicts.lossVerdict()), ['Uniform: better']);
    assert.deepEqual(verdictBadges(verdicts.threeControls()), [
      'Uniform: as good',
      'Random layers: better',
      'All layers: worse',
    ]);
  });

  it('is that it is open, before there is anything and until it is over', () => {
    assert.deepEqual(verdictBadges(verdicts.firstVerdict()), ['Still open']);
    assert.deepEqual(verdictBadges(verdicts.openVerdict()), ['Uniform: still open']);
  });

  it('says which training goes on, and how far it came that was stopped', () => {
    const open = [...begun, ...verdicts.judged(verdicts.openVerdict())];
    assert.equal(standingWords(stateOf(open)), 'Training 6 of 10 goes on.');
    assert.equal(
      standingWords(stateOf(open, stopped)),
      'It ended after 5 of at most 10 trainings, and is still open.',
    );
    assert.equal(standingWords(stateOf(begun, verdicts.judged(verdicts.betterVerdict()))), undefined);
    assert.equal(standingWords(stateOf(begun)), undefined);
  });

  it('keeps a plan that stands against every control', () => {
    assert.equal(isWorthKeeping(verdicts.betterVerdict()), true);
    assert.equal(isWorthKeeping(verdicts.noVerdict()), false);
    assert.equal(isWorthKeeping(verdicts.threeControls()), false);
    assert.equal(isWorthKeeping(verdicts.openVerdict()), false);
  });
});
