import assert from 'node:assert/strict';
import type { Finished } from '../cli/commandLine';
import type { Outcome } from './campaign';
import { refusal, resume, runIn, start, type JobName } from './jobs';
import type { World } from './undisturbed';

type Options = Parameters<typeof start>[2];

/**
 * Goes on with the run in a user's folder where there is one that can, else begins anew as the refusal says.
 * @returns `refused`: what was said against it, else empty
 */
export async function goOn(
  job: JobName,
  user: string,
  options: Options = {},
  more: readonly string[] = [],
): Promise<Finished & { refused: string }> {
  if (runIn(user) === undefined) return { ...(await start(job, user, options, more)), refused: '' };
  const resumed = await resume(job, user, options, more);
  if (resumed.code === 0 || resumed.signal !== null) return { ...resumed, refused: '' };
  assert.match(refusal(resumed), /^run-not-(resumable|found)$/, resumed.stderr);
  return { ...(await start(job, user, options, more)), refused: resumed.stderr };
}

/** Goes on to the end that an undisturbed job has. @throws where it is another */
export async function endsWell(world: World, job: JobName, user: string): Promise<Outcome> {
  const { code, stderr, refused } = await goOn(job, user, { env: world.env }, world.more);
  assert.equal(code, 0, stderr);
  await world.requireSameEnd(job, user);
  return refused === '' ? 'resumed' : 'refused';
}
