import assert from 'node:assert/strict';

/** Asserts that two arrays agree everywhere up to `tolerance` times the largest expected size. */
export function close(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  const scale = Array.from(expected, Math.abs).reduce((most, size) => Math.max(most, size), 1e-30);
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((actual[i] as number) - (expected[i] as number)) / scale;
    // Written so that a NaN fails.
    assert.ok(difference <= tolerance, `${what}: entry ${i} is ${actual[i]}, expected ${expected[i]}`);
  }
}
