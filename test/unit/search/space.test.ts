import assert from 'node:assert/strict';
import { LabError } from '../../../src/shared/errors';
import { candidatesOf, makeSpace, rangesOf, type Dimension } from '../../../src/search/space';
import { cost, ranks } from './studies';

const shares: Dimension = { name: 'layers', scale: 'linear', candidates: [0.25, 0.5, 1] };

describe('the space of a search', () => {
  it('enumerates its points, the first dimension slowest, with doublings and shares as coordinates', () => {
    const candidates = candidatesOf(makeSpace([ranks([2, 8]), shares], cost));
    assert.deepEqual(
      candidates.map(({ key, cost: parameters }) => [key, parameters]),
      [
        ['rank=2 layers=0.25', 500],
        ['rank=2 layers=0.5', 1000],
        ['rank=2 layers=1', 2000],
        ['rank=8 layers=0.25', 2000],
        ['rank=8 layers=0.5', 4000],
        ['rank=8 layers=1', 8000],
      ],
    );
    assert.deepEqual(candidates[4]!.coordinates, [3, 1 / 3]);
    assert.deepEqual(candidates[5]!.point, { rank: 8, layers: 1 });
    assert.deepEqual(rangesOf(makeSpace([ranks([2, 8]), shares], cost)), [2, 1]);
  });

  it('leaves out what costs more than the limit', () => {
    const space = makeSpace([ranks([2, 8]), shares], cost, 2000);
    assert.deepEqual(
      candidatesOf(space).map(({ key }) => key),
      ['rank=2 layers=0.25', 'rank=2 layers=0.5', 'rank=2 layers=1', 'rank=8 layers=0.25'],
    );
    assert.deepEqual(JSON.parse(JSON.stringify(space)), space);
  });

  it('refuses what is no space, naming the dimension', () => {
    const refused = (code: string, words: RegExp, ...dimensions: Dimension[]): void => {
      assert.throws(
        () => makeSpace(dimensions, cost, 100_000),
        (thrown) => thrown instanceof LabError && thrown.code === code && words.test(thrown.message),
      );
    };
    refused('option-invalid', /"rank".*do not rise/, ranks([2, 2]));
    refused('option-invalid', /"rank".*not above 0/, ranks([0, 2]));
    refused('option-invalid', /"rank".*no candidates/, ranks([]));
    refused('option-invalid', /"layers" .*stands twice/, shares, shares);
    refused('budget-too-small', /takes 128,000 parameters; the budget allows 100,000/, ranks([128]));
  });
});
