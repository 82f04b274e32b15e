import assert from 'node:assert/strict';

/**
 * Asserts that counts are what draws from a distribution give: Pearson's statistic at most six of its own standard
 * deviations above its mean. Draws are seeded, so a test passes always or never.
 */
export function drawnFrom(counts: readonly number[], shares: readonly number[], what: string): void {
  assert.equal(counts.length, shares.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const statistic = counts.reduce((sum, count, i) => {
    const expected = total * shares[i]!;
    assert.ok(expected >= 5, `${what}: too few draws to tell`);
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  const freedom = counts.length - 1;
  const most = freedom + 6 * Math.sqrt(2 * freedom);
  assert.ok(statistic <= most, `${what}: ${statistic} of at most ${most}, ${counts.join(' ')}`);
}

export const softmax = (logits: readonly number[]): number[] => {
  const powers = logits.map(Math.exp);
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
};
