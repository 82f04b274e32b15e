import assert from 'node:assert/strict';
import { designName, trialsOfPlan } from '../../../src/shared/trialState';
import { begin, smallModel, stateOf, train } from '../webview/sampleRuns';
import { betterVerdict } from '../webview/sampleVerdict';

describe('the trials of a plan', () => {
  const { trials } = stateOf(begin(smallModel, undefined, 'train'), train(smallModel));

  it('are all of a training', () => {
    assert.deepEqual(trialsOfPlan({ trials, verdict: undefined }), trials);
  });

  it('are none of its controls, nor of a search before the verdict', () => {
    const named = ['trial-0-seed-1', 'plan-seed-1', 'seed-2', 'uniform-seed-1', 'all-layers-seed-1'].map(
      (name) => ({ ...trials[0]!, name }),
    );
    assert.deepEqual(
      trialsOfPlan({ trials: named, verdict: betterVerdict() }).map(({ name }) => name),
      ['plan-seed-1', 'seed-2'],
    );
  });

  it('are called by what they are, then by their seed', () => {
    assert.deepEqual(['seed-1', 'seed--2', 'all-layers-seed-3', 'other'].map(designName), [
      ...['', '', 'all-layers', 'other'],
    ]);
  });
});
