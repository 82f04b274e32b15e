import assert from 'node:assert/strict';
import { certaintyWords, hasEnded, type Certainty } from '../../../src/shared/certainty';

const found = (
  looks: readonly (readonly [number, number])[],
  change: Partial<Certainty> = {},
): Certainty => ({
  level: 0.95,
  layers: 2,
  of: 1000,
  sure: false,
  looks: looks.map(([samples, confidence]) => ({ samples, confidence })),
  ...change,
});

describe('how sure a score was, in words', () => {
  const says = (certainty: Certainty, words: string, ended: boolean): void => {
    assert.equal(certaintyWords(certainty), words);
    assert.equal(hasEnded(certainty), ended);
  };

  it('says where it stopped', () => {
    says(
      found(
        [
          [32, 0.8],
          [64, 0.97],
          [128, 0.97],
        ],
        { sure: true },
      ),
      'The top 2 layers were the same in 97.0 % of resamples at 64 and 128 samples; stopped after 128 of 1,000.',
      true,
    );
    says(
      found(
        [
          [512, 0.952],
          [1024, 1],
        ],
        { sure: true, layers: 1, of: 5000 },
      ),
      'The top layer was the same in 95.2 % of resamples at 512 samples and 100.0 % at 1,024; stopped after 1,024 of 5,000.',
      true,
    );
  });

  it('says what it found so far', () => {
    says(found([]), '', false);
    says(
      found([[32, 0.913]]),
      'After 32 of 1,000 samples the top 2 layers are the same in 91.3 % of resamples.',
      false,
    );
    says(
      found([[64, 1]], { layers: 1 }),
      'After 64 of 1,000 samples the top layer is the same in 100.0 % of resamples.',
      false,
    );
  });

  it('says that the order is not certain after all samples, and why', () => {
    says(
      found([
        [512, 0.97],
        [1000, 0.81],
      ]),
      'The order is not certain after all 1,000 samples: the top 2 layers are the same in 81.0 % of resamples, less than 95 %.',
      true,
    );
    says(
      found(
        [
          [64, 0.9],
          [100, 0.99],
        ],
        { of: 100, layers: 1, level: 0.975 },
      ),
      'The order is not certain after all 100 samples: the top layer is the same in 99.0 % of resamples, but was in 90.0 % at 64.',
      true,
    );
    says(
      found([[20, 1]], { of: 20 }),
      'The order is not certain after all 20 samples: the top 2 layers are the same in 100.0 % of resamples, but one look is too few to be sure.',
      true,
    );
  });

  it('says where all samples were wanted to be sure', () => {
    says(
      found(
        [
          [64, 0.98],
          [100, 0.99],
        ],
        { sure: true, of: 100 },
      ),
      'The top 2 layers were the same in 98.0 % of resamples at 64 samples and 99.0 % at 100; that took all.',
      true,
    );
  });
});
