import assert from 'node:assert/strict';
import fc from 'fast-check';
import { everyFew, thinnedPoints } from '../../../src/shared/thinned';
import type { TrialPoint } from '../../../src/shared/trialState';

const point = (step: number, loss = step): TrialPoint => ({
  ...{ step, loss, learningRate: 1e-3, tokensPerSecond: 100 },
});
const gapsOf = (items: readonly { readonly step: number }[]): number[] =>
  items.slice(1).map(({ step }, index) => step - items[index]!.step);
const widest = (gaps: readonly number[]): number => gaps.reduce((most, gap) => Math.max(most, gap), 0);
const narrowest = (gaps: readonly number[]): number => gaps.reduce((least, gap) => Math.min(least, gap));

/** What is left of steps that come in one by one, at every length. */
function grown<T extends { readonly step: number }>(
  count: number,
  of: (step: number) => T,
  thin: (items: T[]) => T[],
  look: (items: readonly T[], step: number) => void,
): void {
  let items: T[] = [];
  for (let step = 1; step <= count; step++) {
    items = thin([...items, of(step)]);
    look(items, step);
  }
}

describe('thinned points', () => {
  it('are spread evenly over steps however often they were thinned, the first and the newest as they were', () => {
    const look = (points: readonly TrialPoint[], step: number): void => {
      assert.ok(points.length <= 128);
      assert.deepEqual([points[0], points.at(-1)], [point(1), point(step)]);
      // Behind the newest the next ones are still to come.
      const gaps = gapsOf(points.slice(0, -1));
      if (step < 300) return;
      assert.ok(points.length > 32, `${points.length} of ${step}`);
      assert.ok(widest(gaps) <= 3 * (step / points.length), `${widest(gaps)} of ${step}`);
    };
    grown(3000, point, (points) => (points.length > 128 ? thinnedPoints(points, 96) : points), look);
  });

  it('keep the mean of what they are of', () => {
    const losses = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 40, maxLength: 300 });
    const meanOf = (points: readonly TrialPoint[]): number =>
      points.reduce((sum, { step, loss }, index) => sum + loss * (step - (points[index - 1]?.step ?? 0)), 0);
    fc.assert(
      fc.property(losses, fc.integer({ min: 4, max: 60 }), (values, most) => {
        const points = values.map((loss, index) => point(index + 1, loss));
        const kept = thinnedPoints(points, most);
        assert.ok(kept.length <= most || kept === points);
        assert.ok(Math.abs(meanOf(kept) - meanOf(points)) < 1e-6);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('are the very same array where there are no more', () => {
    const points = [point(1), point(2)];
    assert.equal(thinnedPoints(points, 2), points);
    assert.equal(everyFew(points, 2), points);
  });

  it('need no even steps, and may all be of one', () => {
    const doubling = Array.from({ length: 40 }, (_, index) => point(2 ** index));
    assert.deepEqual(thinnedPoints(doubling, 10).at(-1), point(2 ** 39));
    assert.ok(thinnedPoints(doubling, 10).length <= 10);
    const same = Array.from({ length: 40 }, () => point(7));
    assert.ok(thinnedPoints(same, 10).length <= 10);
    assert.equal(everyFew(same, 10).length, 1);
  });
});

describe('every few', () => {
  it('are spread evenly over steps however often they were thinned, and have the newest', () => {
    const look = (items: readonly { step: number }[], step: number): void => {
      assert.ok(items.length <= 64);
      assert.equal(items.at(-1)?.step, step);
      if (step < 100) return;
      assert.ok(items.length > 16, `${items.length} of ${step}`);
      const gaps = gapsOf(items);
      assert.ok(widest(gaps) <= 5 * (step / items.length), `${widest(gaps)} at ${step}`);
      assert.ok(items[0]!.step <= 2 * widest(gaps));
      // Only the newest, those since it was thinned, lie closer until the next time.
      const older = gaps.slice(0, -40);
      if (older.length > 0)
        assert.ok(
          widest(older) <= 2 * narrowest(older),
          `${narrowest(older)} to ${widest(older)} at ${step}`,
        );
    };
    grown(
      2000,
      (step) => ({ step }),
      (items) => (items.length > 64 ? everyFew(items, 48) : items),
      look,
    );
  });
});
