import assert from 'node:assert/strict';
import type { Later } from '../../../src/tensors/later';

/** A value that the devices of this test give at once. */
export function now<T>(value: Later<T>): T {
  assert.ok(!(value instanceof Promise), 'it comes later');
  return value;
}
