import assert from 'node:assert/strict';
import { References } from '../../../../src/planning/htmlReport/references';
import { verdictMethod } from '../../../../src/planning/htmlReport/verdictMethod';
import { oneControl, verdictOf } from '../sampleVerdict';

describe('how a plan was judged, in words', () => {
  it('says that the uniform control may be smaller than the plan', () => {
    const words = verdictMethod(verdictOf(oneControl), new References());
    assert.match(words, /as a uniform plan, [^.]* alike with at most as many parameters as the plan\./);
  });
});
