import assert from 'node:assert/strict';
import { LabError, type ErrorCode } from '../../../src/shared/errors';

/** Asserts that a promise is rejected by a `LabError` of that code whose message matches, and that it says what next. */
export async function rejectsWith(promise: Promise<unknown>, code: ErrorCode, message = /./): Promise<void> {
  await assert.rejects(promise, (thrown) => isLabError(thrown, code, message));
}

export function throwsWith(run: () => unknown, code: ErrorCode, message = /./): void {
  assert.throws(run, (thrown) => isLabError(thrown, code, message));
}

function isLabError(thrown: unknown, code: ErrorCode, message: RegExp): true {
  assert.ok(thrown instanceof LabError, `not a LabError: ${String(thrown)}`);
  assert.equal(thrown.code, code, thrown.message);
  assert.match(thrown.message, message);
  assert.ok(thrown.next.length > 0);
  return true;
}
