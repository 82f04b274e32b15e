import assert from 'node:assert/strict';
import { decodeChoices, defaultChoices } from '../../../../webview/model/choices';
import {
  chosenIn,
  decodeTrainingChoices,
  defaultTrainingChoices,
  type TrainingChoices,
} from '../../../../webview/model/training/trainingChoices';

const chosen: TrainingChoices = {
  ...{ run: 'one', metric: 'macroF1', smoothing: 0.5, asTable: true, toggled: { 'seed-1': false } },
  ...{ trial: 'seed-2', step: 57, against: 'start' },
};

describe('what the reader chose of a training', () => {
  it('comes back from the saved state', () => {
    assert.deepEqual(decodeTrainingChoices(JSON.parse(JSON.stringify(chosen))), chosen);
    assert.deepEqual(decodeChoices({ training: chosen }), { ...defaultChoices, training: chosen });
  });

  it('is the usual where the saved state is of another version, or nonsense', () => {
    for (const saved of [
      undefined,
      null,
      3,
      {},
      { smoothing: 7, metric: 'beauty', toggled: { a: 1 }, step: '4' },
    ])
      assert.deepEqual(decodeTrainingChoices(saved), defaultTrainingChoices);
  });

  it('leaves the trials and steps of another run behind, and keeps how numbers are shown', () => {
    const on = (run: string) => chosenIn({ heading: { run }, choices: { training: chosen } });
    assert.equal(on('one'), chosen);
    assert.deepEqual(on('other'), {
      ...chosen,
      run: 'other',
      toggled: {},
      trial: undefined,
      step: undefined,
    });
  });
});
