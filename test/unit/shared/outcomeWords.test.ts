import assert from 'node:assert/strict';
import type { RunEvent, UnstampedRunEvent } from '../../../src/shared/runEvents';
import { outcomeWords } from '../../../src/shared/outcomeWords';
import { begin, end, finish, oneTask, score, smallModel, stateOf, train } from '../webview/sampleRuns';
import { search, searchEnd } from '../webview/sampleSearch';

const words = (...events: readonly (readonly RunEvent[])[]): string => outcomeWords(stateOf(...events));
const at = (event: UnstampedRunEvent): RunEvent => ({ at: '2026-11-22T00:00:00.000Z', ...event });
const fisher = at({
  type: 'started',
  job: 'score',
  experiment: 'mail.adapter.yaml',
  tasks: ['spam'],
  estimator: 'fisher',
  labels: 'empirical',
});

describe('what came of a run, in words for lists', () => {
  it('is nothing before there is anything', () => {
    assert.equal(words([]), '');
    assert.equal(words(begin(oneTask).slice(0, 1)), '');
  });

  it('is the estimator and the samples of a score', () => {
    assert.equal(words([fisher], begin(oneTask).slice(1), score(oneTask, 1)), 'fisher · 256 samples');
    assert.equal(words(begin(smallModel), score(smallModel, 3)), '768 samples · 3 tasks');
  });

  it('says of how many samples a score that was stopped has done some', () => {
    const stopped = end({ type: 'finished', state: 'cancelled' });
    assert.equal(
      words([fisher], begin(oneTask).slice(1), score(oneTask, 0.5), stopped),
      'fisher · 128 of 256 samples',
    );
    assert.equal(words(begin(smallModel), score(smallModel, 1.5), stopped), '384 samples · 3 tasks');
  });

  it('is the plan where there is one', () => {
    assert.match(
      words(begin(smallModel), score(smallModel, 3), finish(smallModel, [2, 3])),
      /^floe · 2 of 8 layers · [\d.]+ [kM] parameters$/,
    );
  });

  it('is the best trial of a search, and how many there were', () => {
    const begun = begin(smallModel, undefined, 'search');
    assert.equal(words(begun, search(0)), '0 of 8 trials');
    assert.equal(words(begun, search(2)), '2 of 8 trials · best 90.0 % accuracy: rank 64, 100 % of layers');
    assert.equal(
      words(begun, search(5), searchEnd()),
      '5 trials · best 91.2 % accuracy: rank 8, 50 % of layers',
    );
  });

  it('is what adapters reach, and how far a training came that was stopped', () => {
    const begun = begin(smallModel, undefined, 'train');
    assert.equal(words(begun, train(smallModel)), '2 adapters · accuracy 67.5 % to 85.0 %');
    const progress = at({ type: 'progress', share: 0.456 });
    const stopped = end({ type: 'finished', state: 'cancelled' });
    assert.equal(words(begun, [progress], stopped), '45 %');
  });

  it('is why a run failed', () => {
    const error = {
      code: 'data-missing',
      message: 'There is no file data/x.jsonl.',
      next: 'Correct it.',
    } as const;
    assert.equal(words(begin(smallModel), end({ type: 'finished', state: 'failed', error })), error.message);
  });
});
